-- $1 tenant, $2 person
DELETE FROM lead WHERE tenant_id = $1 AND person_id = $2
