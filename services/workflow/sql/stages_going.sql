-- In which stages the cases of a cycle stand, of its open track. $1 tenant, $2 cycle.
SELECT stage, count(*) FROM process_case WHERE tenant_id = $1 AND cycle_id = $2 AND state = 1
GROUP BY stage ORDER BY stage
