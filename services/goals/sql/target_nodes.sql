-- Some targets as nodes of the cascade, in the order of their owners, the first one named first.
-- $1 tenant, $2 day, $3 targets
WITH o AS (
    SELECT t.target_id, t.owner_kind AS kind, t.owner_id AS id, t.period,
           coalesce(u.name, e.name, '') AS name, coalesce(u.code, e.code, '') AS code, 0 AS depth
    FROM target t
    LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = t.owner_id AND t.owner_kind = 1
    LEFT JOIN org_person e ON e.tenant_id = $1 AND e.person_id = t.owner_id AND t.owner_kind = 2
    WHERE t.tenant_id = $1 AND t.target_id = ANY ($3::bigint[])
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
JOIN target t ON t.tenant_id = $1 AND t.target_id = o.target_id
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = t.indicator_id
LEFT JOIN target_version before ON before.tenant_id = $1 AND before.target_id = t.target_id
                               AND before.version = t.version - 1
LEFT JOIN LATERAL (
    SELECT count(*) AS targets, sum(c.value) AS sum
    FROM target c
    WHERE c.tenant_id = $1 AND c.parent_id = t.target_id
) below ON true
ORDER BY t.target_id <> ($3::bigint[])[1], o.kind, o.code
