-- $1 tenant, $2 person
SELECT count(*) FROM notice WHERE tenant_id = $1 AND person_id = $2 AND read_at IS NULL
