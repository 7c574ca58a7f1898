-- Tasks that a person can decide now, the most urgent first. $1 tenant, $2 person, $3 and $4 after
-- this due time and task, $5 how many.
SELECT DISTINCT t.task_id, t.due_at
FROM seat s JOIN task t ON t.tenant_id = $1 AND t.task_id = s.task_id
WHERE s.tenant_id = $1 AND s.holder_id = $2 AND s.state = 2 AND s.state IN (1, 2) AND t.state = 1
  AND (t.due_at, t.task_id) > ($3::timestamptz, $4::bigint)
ORDER BY t.due_at, t.task_id LIMIT $5
