-- What the children of a target come to.
-- $1 tenant, $2 target
SELECT count(*), coalesce(sum(value), 0) FROM target WHERE tenant_id = $1 AND parent_id = $2
