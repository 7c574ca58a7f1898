-- The last check-in of each key result of some objectives. $1 tenant, $2 objectives
SELECT DISTINCT ON (c.objective_id, c.key_result_id)
       c.objective_id, c.key_result_id, c.value, c.health, c.confidence, c.note, c.at,
       coalesce(nullif(p.name, ''), c.author)
FROM check_in c
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = c.author_person_id
WHERE c.tenant_id = $1 AND c.objective_id = ANY ($2::bigint[])
ORDER BY c.objective_id, c.key_result_id, c.check_in_id DESC
