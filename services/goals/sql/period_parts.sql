-- What the owner of a target has in some periods, as divisions_of answers it.
-- $1 tenant, $2 target, $3 periods, $4 weights
SELECT t.target_id, p.period, p.weight, coalesce(m.value, 0), coalesce(m.pinned, false),
       m.target_id IS NOT NULL
FROM target t
CROSS JOIN LATERAL unnest($3::text[], $4::numeric[]) WITH ORDINALITY AS p (period, weight, ordinal)
LEFT JOIN target m ON m.tenant_id = $1 AND m.owner_kind = t.owner_kind AND m.owner_id = t.owner_id
                  AND m.period = p.period AND m.indicator_id = t.indicator_id
WHERE t.tenant_id = $1 AND t.target_id = $2
ORDER BY p.ordinal
