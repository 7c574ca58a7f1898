-- What a target must know of its indicator; last, whether its actual is counted over records.
-- $1 tenant, $2 indicator
SELECT i.name, i.direction, i.decimals, i.additive, i.retired, coalesce(m.made_of IN (0, 1), false)
FROM indicator i
LEFT JOIN measure m ON m.tenant_id = $1 AND m.measure_id = i.measure_id
WHERE i.tenant_id = $1 AND i.indicator_id = $2
