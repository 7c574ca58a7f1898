-- Periods that something was told of. $1 tenant, then by period: $2 its text, $3 first day,
-- $4 last day.
INSERT INTO period (tenant_id, period, first_day, last_day)
SELECT $1, w.* FROM unnest($2::text[], $3::date[], $4::date[]) AS w (period, first_day, last_day)
WHERE NOT EXISTS (SELECT FROM period AS p WHERE p.tenant_id = $1 AND p.period = w.period)
ORDER BY period
ON CONFLICT (tenant_id, period) DO NOTHING;
