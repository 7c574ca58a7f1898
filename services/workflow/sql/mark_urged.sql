-- $1 tenant, $2 tasks, $3 now.
UPDATE task SET urged_at = $3 WHERE tenant_id = $1 AND task_id = ANY ($2::bigint[])
