-- $1 tenant, $2 tasks.
DELETE FROM timer WHERE tenant_id = $1 AND task_id = ANY ($2::bigint[])
