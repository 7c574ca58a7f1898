-- Which of some targets are divided, by what, and what their periods have now.
-- $1 tenant, $2 targets
SELECT d.target_id, p.period, p.weight, coalesce(m.value, 0), coalesce(m.pinned, false),
       m.target_id IS NOT NULL
FROM target_division d
JOIN target t ON t.tenant_id = $1 AND t.target_id = d.target_id
CROSS JOIN LATERAL unnest(d.periods, d.weights) WITH ORDINALITY AS p (period, weight, ordinal)
LEFT JOIN target m ON m.tenant_id = $1 AND m.owner_kind = t.owner_kind AND m.owner_id = t.owner_id
                  AND m.period = p.period AND m.indicator_id = t.indicator_id
WHERE d.tenant_id = $1 AND d.target_id = ANY ($2::bigint[])
ORDER BY d.target_id, p.ordinal
