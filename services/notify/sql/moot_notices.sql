-- Notices that call to a task whose seat their person does not hold any more: read, and told to
-- nobody. $1 tenant, $2 now, $3 tasks, the open seats: $4 tasks, $5 holders
UPDATE notice n SET moot = true, read_at = coalesce(n.read_at, $2)
WHERE n.tenant_id = $1 AND n.task_id = ANY ($3::bigint[]) AND n.task_id <> 0 AND NOT n.moot
  AND NOT EXISTS (SELECT 1 FROM unnest($4::bigint[], $5::bigint[]) s (task_id, person_id)
                  WHERE s.task_id = n.task_id AND s.person_id = n.person_id)
RETURNING n.person_id
