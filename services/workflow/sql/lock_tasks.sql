-- $1 tenant, $2 tasks: locked in the order of their ids.
SELECT task_id FROM task WHERE tenant_id = $1 AND task_id = ANY ($2::bigint[])
ORDER BY task_id FOR UPDATE
