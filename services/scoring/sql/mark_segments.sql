-- The calendar of a year changed: whose target is cut in a period of it is to be computed. $1 tenant,
-- $2 year.
INSERT INTO dirty (tenant_id, period, wide, people, units)
SELECT $1, s.period, false, array_agg(DISTINCT s.owner_id) FILTER (WHERE s.owner_kind = 2),
       array_agg(DISTINCT s.owner_id) FILTER (WHERE s.owner_kind = 1)
FROM segment AS s
WHERE s.tenant_id = $1 AND left(s.period, 4) = $2::bigint::text
GROUP BY s.period;
