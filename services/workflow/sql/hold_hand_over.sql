-- Waits for whoever is handing over tasks of these people. $1 tenant, $2 people.
SELECT person_id FROM hand_over WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
ORDER BY person_id FOR UPDATE
