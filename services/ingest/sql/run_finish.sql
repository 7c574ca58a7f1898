-- $1 tenant, $2 run, $3 state, $4 now, $5 problem.
UPDATE run SET state = $3, finished_at = $4, problem = $5
WHERE tenant_id = $1 AND run_id = $2
