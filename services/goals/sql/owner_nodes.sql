-- All targets of an owner, of one period or of all.
-- $1 tenant, $2 day, $3 owner's kind, $4 owner, $5 period or ''
WITH o AS (
    SELECT 1::bigint AS kind, u.unit_id AS id, u.name, u.code, 0 AS depth, $5::text AS period
    FROM org_unit u WHERE u.tenant_id = $1 AND u.unit_id = $4 AND $3::bigint = 1
    UNION ALL
    SELECT 2, e.person_id, e.name, e.code, 0, $5::text
    FROM org_person e WHERE e.tenant_id = $1 AND e.person_id = $4 AND $3::bigint = 2
)
SELECT coalesce(t.target_id, 0), o.kind, o.id, i.indicator_id, coalesce(t.period, o.period), t.parent_id,
       coalesce(t.version, 0), coalesce(t.pinned, false),
       coalesce(t.over_assignment_allowed, false), coalesce(t.value, 0), t.floor, t.stretch,
       before.value, o.name, o.code, o.depth, i.decimals, i.additive,
       below.targets, below.sum,
       CASE o.kind WHEN 1 THEN
           (SELECT count(*) FROM org_unit u
            WHERE u.tenant_id = $1 AND u.parent_id = o.id
              AND u.valid_to > $2)
           + (SELECT count(*) FROM org_post p
              JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                               AND e.employed_to > $2
              WHERE p.tenant_id = $1 AND p.unit_id = o.id AND p.main AND p.valid_from <= $2
                AND p.valid_to > $2)
           ELSE 0 END
FROM o
JOIN target t ON t.tenant_id = $1 AND t.owner_kind = o.kind AND t.owner_id = o.id
             AND (o.period = '' OR t.period = o.period)
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = t.indicator_id
LEFT JOIN target_version before ON before.tenant_id = $1 AND before.target_id = t.target_id
                               AND before.version = t.version - 1
LEFT JOIN LATERAL (
    SELECT count(*) AS targets, sum(c.value) AS sum
    FROM target c
    WHERE c.tenant_id = $1 AND c.parent_id = t.target_id
) below ON true
ORDER BY t.period DESC, i.is_primary DESC, i.indicator_id
