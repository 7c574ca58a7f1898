-- $1 tenant, $2 person.
DELETE FROM org_grant WHERE tenant_id = $1 AND person_id = $2
