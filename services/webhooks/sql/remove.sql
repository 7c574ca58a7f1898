-- $1 tenant, $2 id
DELETE FROM webhook WHERE tenant_id = $1 AND id = $2
