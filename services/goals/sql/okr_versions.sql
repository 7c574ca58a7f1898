-- The versions of an objective, newest first. $1 tenant, $2 objective, $3 limit
SELECT v.version, v.state, v.body, v.author, v.author_person_id, v.reason, v.changed_at,
       coalesce(p.name, '')
FROM objective_version v
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = v.author_person_id
WHERE v.tenant_id = $1 AND v.objective_id = $2
ORDER BY v.version DESC
LIMIT $3
