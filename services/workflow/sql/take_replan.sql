-- A cycle whose tasks are to be planned anew, held against other replicas. $1 tenant.
SELECT r.cycle_id, c.definition, r.from_version, c.definition_version, r.after_id
FROM replan r JOIN cycle c ON c.tenant_id = $1 AND c.cycle_id = r.cycle_id
WHERE r.tenant_id = $1
ORDER BY r.cycle_id LIMIT 1
FOR UPDATE OF r SKIP LOCKED
