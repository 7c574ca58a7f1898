-- The next people of a closing round. $1 tenant, $2 round, $3 above this id, $4 how many.
SELECT person_id FROM subject WHERE tenant_id = $1 AND round_id = $2 AND person_id > $3
ORDER BY person_id LIMIT $4
