-- $1 tenant, $2 run.
SELECT count(*) FROM rejected WHERE tenant_id = $1 AND run_id = $2
