-- What some owners did in some periods by the measure of an indicator; no row where nothing was told.
-- $1 tenant, $2 indicator, then by wanted: $3 owner kind, $4 owner, $5 period, $6 its number
SELECT w.at, t.numerator, t.denominator
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) AS w (kind, id, period, at)
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = $2
JOIN total t ON t.tenant_id = $1 AND t.owner_id = w.id AND t.measure_id = i.measure_id
            AND t.owner_kind = w.kind AND t.period = w.period
