-- A target is divided from now on.
-- $1 tenant, $2 target, $3 profile (0 = even), $4 periods, $5 weights
INSERT INTO target_division (tenant_id, target_id, indicator_id, period, profile_id, periods, weights)
SELECT $1, t.target_id, t.indicator_id, t.period, $3, $4::text[], $5::numeric[]
FROM target t
WHERE t.tenant_id = $1 AND t.target_id = $2
ON CONFLICT (tenant_id, target_id) DO UPDATE
SET profile_id = excluded.profile_id, periods = excluded.periods, weights = excluded.weights
