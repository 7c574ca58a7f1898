-- Holds the cycles of tasks as they are, before the tasks themselves are locked: one that is being
-- launched goes on, one that is being cancelled or moved waits. $1 tenant, $2 tasks.
SELECT c.cycle_id, c.state FROM cycle c
WHERE c.tenant_id = $1 AND c.cycle_id IN (
      SELECT t.cycle_id FROM task t WHERE t.tenant_id = $1 AND t.task_id = ANY ($2::bigint[]))
ORDER BY c.cycle_id
FOR KEY SHARE
