-- The sender says that it was all. $1 tenant, $2 run, $3 now.
WITH done AS (
    UPDATE upload SET finished = true, touched_at = $3 WHERE tenant_id = $1 AND run_id = $2
)
UPDATE run SET state = 2 WHERE tenant_id = $1 AND run_id = $2 AND state = 1
