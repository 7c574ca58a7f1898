-- Managers of people who are employed on a day, and are employed themselves. $1 tenant, $2 people, $3 day
SELECT p.person_id, m.person_id
FROM org_person p
JOIN org_person m ON m.tenant_id = $1 AND m.person_id = p.manager_id
                 AND m.employed_from <= $3 AND m.employed_to > $3
WHERE p.tenant_id = $1 AND p.person_id = ANY ($2::bigint[])
ORDER BY p.person_id
