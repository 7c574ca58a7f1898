-- $1 tenant, $2 run, $3 state, $4 now, $5 problem, $6 in Chinese.
UPDATE run SET state = $3, finished_at = $4, problem = $5, problem_zh = $6
WHERE tenant_id = $1 AND run_id = $2
