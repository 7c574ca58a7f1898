-- A person's grants. $1 tenant, $2 person
SELECT role, scope, unit_id FROM person_grant
WHERE tenant_id = $1 AND person_id = $2 ORDER BY role, scope, unit_id
