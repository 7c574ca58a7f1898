-- Takes a submission until the commit, and makes it when there is none (state 0). $1 tenant, $2 unit,
-- $3 period, $4 now, $5 today.
INSERT INTO submission AS s (tenant_id, unit_id, period, checked_at, until_on)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, unit_id, period) DO UPDATE SET unit_id = s.unit_id
RETURNING submission_id, state, version, closed_at, records, amount, findings_open, until_on
