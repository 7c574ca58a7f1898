-- The places of a unit's tree down to a depth, parents before children, with their targets of an
-- indicator and a period; only what the caller may see.
-- $1 tenant, $2 day, $3 indicator, $4 period, $5 unit, $6 levels, $7 everything, $8 trees and
-- $9 single units within reach, $10 the caller's person or 0, $11 limit
WITH visible AS (
    SELECT t.unit_id FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($8::bigint[])
    UNION
    SELECT unnest($9::bigint[])
), units AS (
    SELECT u.unit_id, u.name, u.code, r.depth
    FROM org_unit_tree r
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = r.unit_id
                   AND u.valid_to > $2
    WHERE r.tenant_id = $1 AND r.ancestor_id = $5 AND r.depth <= $6
      AND ($7 OR u.unit_id IN (SELECT unit_id FROM visible))
), places AS (
    SELECT 1::smallint AS kind, unit_id AS id, name, code, depth, $4::text AS period FROM units
    UNION ALL
    SELECT 2::smallint, e.person_id, e.name, e.code, u.depth + 1, $4::text
    FROM units u
    JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = u.unit_id AND p.main
                   AND p.valid_from <= $2 AND p.valid_to > $2
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                     AND e.employed_to > $2
    WHERE u.depth < $6
    UNION ALL -- who may see himself alone
    SELECT 2::smallint, e.person_id, e.name, e.code, 0, $4::text
    FROM org_person e
    WHERE $5 = 0 AND e.tenant_id = $1 AND e.person_id = $10
), o AS ( -- cut off before anything is looked up for a node
    SELECT * FROM places ORDER BY depth, kind, code LIMIT $11
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
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = $3
LEFT JOIN target t ON t.tenant_id = $1 AND t.owner_kind = o.kind AND t.owner_id = o.id
                  AND t.period = $4 AND t.indicator_id = $3
LEFT JOIN target_version before ON before.tenant_id = $1 AND before.target_id = t.target_id
                               AND before.version = t.version - 1
LEFT JOIN LATERAL (
    SELECT count(*) AS targets, sum(c.value) AS sum
    FROM target c
    WHERE c.tenant_id = $1 AND c.parent_id = t.target_id
) below ON true
ORDER BY o.depth, o.kind, o.code
