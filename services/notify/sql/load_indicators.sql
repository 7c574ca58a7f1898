-- $1 tenant, $2 ids
SELECT id, name, name_en FROM indicator WHERE tenant_id = $1 AND id = ANY ($2::bigint[])
