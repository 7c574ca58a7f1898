-- The targets of some owners in some columns (an indicator and a period each), of units with the sum of
-- their children, of divided ones with the sum of their periods.
-- $1 tenant; columns: $2 indicators, $3 periods, $4 numbers; owners: $5 kinds, $6 ids, $7 numbers
SELECT o.at, c.at, t.target_id, t.value, t.version, t.pinned, below.targets, below.sum, parts.sum
FROM unnest($5::bigint[], $6::bigint[], $7::bigint[]) AS o (kind, id, at)
CROSS JOIN unnest($2::bigint[], $3::text[], $4::bigint[]) AS c (indicator_id, period, at)
JOIN target t ON t.tenant_id = $1 AND t.owner_kind = o.kind AND t.owner_id = o.id
             AND t.period = c.period AND t.indicator_id = c.indicator_id
LEFT JOIN LATERAL (
    SELECT count(*) AS targets, sum(b.value) AS sum
    FROM target b
    WHERE o.kind = 1 AND b.tenant_id = $1 AND b.parent_id = t.target_id
) below ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(m.value), 0) AS sum
    FROM target_division d
    LEFT JOIN target m ON m.tenant_id = $1 AND m.owner_kind = o.kind AND m.owner_id = o.id
                      AND m.indicator_id = c.indicator_id AND m.period = ANY (d.periods)
    WHERE d.tenant_id = $1 AND d.target_id = t.target_id
    HAVING count(d.target_id) > 0
) parts ON true
