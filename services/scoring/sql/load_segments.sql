-- The segments of owners in a period, with what was done in them (NULL = not told yet).
-- $1 tenant, $2 period, $3 owner kind, $4 owners (NULL = all).
SELECT s.owner_id, s.indicator_id, s.first_day, s.last_day, s.value, coalesce(s.floor, -1),
       coalesce(s.stretch, -1), a.numerator, a.denominator
FROM segment AS s
JOIN indicator AS i ON i.tenant_id = $1 AND i.indicator_id = s.indicator_id
LEFT JOIN segment_actual AS a ON a.tenant_id = $1 AND a.owner_kind = s.owner_kind
                             AND a.owner_id = s.owner_id AND a.first_day = s.first_day
                             AND a.last_day = s.last_day AND a.measure_id = i.measure_id
WHERE s.tenant_id = $1 AND s.period = $2 AND s.owner_kind = $3
  AND ($4::bigint[] IS NULL OR s.owner_id = ANY ($4::bigint[]))
ORDER BY s.owner_id, s.indicator_id, s.first_day;
