-- A remark on a run that goes on. $1 tenant, $2 run, $3 problem, $4 in Chinese.
UPDATE run SET problem = $3, problem_zh = $4 WHERE tenant_id = $1 AND run_id = $2
