-- Tasks in which a person decided a seat, the newest first. $1 tenant, $2 person, $3 and $4 before
-- this time and task, $5 how many.
SELECT s.task_id, max(s.decided_at)
FROM seat s
WHERE s.tenant_id = $1 AND s.decided_by_id = $2 AND s.state = 3
  AND (s.decided_at, s.task_id) < ($3::timestamptz, $4::bigint)
GROUP BY s.task_id, s.decided_at
ORDER BY s.decided_at DESC, s.task_id DESC LIMIT $5
