-- Some open tasks of a cycle. $1 tenant, $2 cycle, $3 how many.
SELECT task_id FROM task WHERE tenant_id = $1 AND cycle_id = $2 AND state = 1
ORDER BY task_id LIMIT $3 FOR UPDATE
