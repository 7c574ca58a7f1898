-- $1 tenant, $2 tasks.
SELECT s.task_id, s.number, s.deputy_for_id, s.owner_id, s.holder_id, s.held_by, s.state,
       s.outcome, s.reason, s.decided_by_id, s.opened_at, s.decided_at, s.rung, s.reminders,
       s.due_at, s.raised_to_id
FROM seat s
WHERE s.tenant_id = $1 AND s.task_id = ANY ($2::bigint[])
ORDER BY s.task_id, s.number
