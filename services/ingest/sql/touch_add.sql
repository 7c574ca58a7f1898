-- Runs brought, changed or took away records where a submission is: it is to be looked at again.
-- $1 tenant; side by side: $2 paths, $3 months, $4 runs.
INSERT INTO submission_touch (tenant_id, submission_id, run_id)
SELECT DISTINCT $1::bigint, s.submission_id, w.run_id
FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS w (path_id, period, run_id)
JOIN unit_path p ON p.tenant_id = $1 AND p.path_id = w.path_id
JOIN submission s ON s.tenant_id = $1 AND s.period = w.period AND s.unit_id = ANY (p.units)
ON CONFLICT (tenant_id, submission_id, run_id) DO NOTHING
