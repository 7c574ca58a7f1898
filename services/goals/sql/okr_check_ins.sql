-- The check-ins on an objective, newest first. $1 tenant, $2 objective, $3 limit
SELECT c.check_in_id, c.key_result_id, c.value, c.score, c.health, c.confidence, c.note, c.author,
       coalesce(nullif(p.name, ''), c.author), c.at
FROM check_in c
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = c.author_person_id
WHERE c.tenant_id = $1 AND c.objective_id = $2
ORDER BY c.check_in_id DESC
LIMIT $3
