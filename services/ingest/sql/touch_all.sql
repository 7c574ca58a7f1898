-- What the check goes by has changed: open submissions are to be looked at again. $1 tenant, $2 year,
-- 0 = of any.
INSERT INTO submission_touch (tenant_id, submission_id, run_id)
SELECT tenant_id, submission_id, 0 FROM submission
WHERE tenant_id = $1 AND state <> 3 AND ($2::bigint = 0 OR left(period, 4) = $2::bigint::text)
ON CONFLICT (tenant_id, submission_id, run_id) DO NOTHING
