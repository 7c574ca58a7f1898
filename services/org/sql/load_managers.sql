-- Who reports to whom, the whole tenant. $1 tenant
SELECT id, manager_id FROM person WHERE tenant_id = $1 ORDER BY id
