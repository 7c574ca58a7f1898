-- Owners whose totals changed in a period are to be computed in the periods that look back at it, where a
-- formula does so at all. $1 tenant, then: $2 later periods, $3 owner kinds, $4 owners.
INSERT INTO dirty (tenant_id, period, wide, people, units)
SELECT $1, w.period, false, array_agg(DISTINCT w.owner_id) FILTER (WHERE w.owner_kind = 2),
       array_agg(DISTINCT w.owner_id) FILTER (WHERE w.owner_kind = 1)
FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS w (period, owner_kind, owner_id)
JOIN period AS p ON p.tenant_id = $1 AND p.period = w.period
GROUP BY w.period;
