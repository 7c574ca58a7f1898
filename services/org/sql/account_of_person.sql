-- $1 tenant, $2 person
SELECT account FROM account WHERE tenant_id = $1 AND person_id = $2
