-- $1 tenant, $2 person
SELECT code, name, (SELECT count(*) FROM account a WHERE a.tenant_id = $1 AND a.person_id = $2)
FROM person WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE
