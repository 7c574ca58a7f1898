-- The task that the decision of a task opened and that still counts; its state. $1 tenant, $2 task.
SELECT task_id FROM task
WHERE tenant_id = $1 AND before_id = $2 AND state IN (1, 2) ORDER BY task_id
