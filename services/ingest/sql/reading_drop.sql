-- The file is done with, bytes and all. $1 tenant, $2 run.
WITH dropped AS (DELETE FROM piece WHERE tenant_id = $1 AND run_id = $2)
DELETE FROM reading WHERE tenant_id = $1 AND run_id = $2
