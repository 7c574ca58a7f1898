-- $1 tenant, $2 person
SELECT name FROM org_person WHERE tenant_id = $1 AND person_id = $2
