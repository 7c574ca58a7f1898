-- $1 tenant, $2 round, $3 person.
SELECT body FROM result WHERE tenant_id = $1 AND round_id = $2 AND person_id = $3
