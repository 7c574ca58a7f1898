-- What some owners did in some periods by the measure of an indicator; no row where nothing was told.
-- $1 tenant, $2 indicator, then by wanted: $3 owner kind, $4 owner, $5 period, $6 its number
SELECT w.at, u.numerator, u.denominator
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) AS w (kind, id, period, at)
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = $2
JOIN actual a ON a.tenant_id = $1 AND a.owner_kind = w.kind AND a.owner_id = w.id
             AND a.period = w.period
CROSS JOIN LATERAL unnest(a.measure_ids, a.numerators, a.denominators)
    AS u (measure_id, numerator, denominator)
WHERE u.measure_id = i.measure_id
