-- Open tasks of some stages of a cycle, in the order of their ids. $1 tenant, $2 cycle, $3 stages,
-- $4 above this task, $5 how many.
SELECT t.task_id FROM task t
WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND t.state = 1 AND t.stage = ANY ($3::text[])
  AND t.task_id > $4
ORDER BY t.task_id LIMIT $5
