-- Which of these are people of the tenant. $1 tenant, $2 ids
SELECT id FROM person WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id
