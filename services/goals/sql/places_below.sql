-- The tree of places below a unit, the unit itself first, then units before people of the same
-- depth, each with its target if it has one, and the sum of that target's children, wherever
-- their owners stand today. With $6 = 1 only the places directly below.
-- $1 tenant, $2 unit, $3 indicator, $4 period, $5 day, $6 levels
WITH places AS (
    SELECT 1::smallint AS kind, u.unit_id AS id, u.parent_id AS unit_id, r.depth
    FROM org_unit_tree r
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = r.unit_id
                   AND u.valid_to > $5
    WHERE r.tenant_id = $1 AND r.ancestor_id = $2 AND r.depth <= $6
    UNION ALL
    SELECT 2::smallint, p.person_id, p.unit_id, r.depth + 1
    FROM org_unit_tree r
    JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = r.unit_id AND p.main
                   AND p.valid_from <= $5 AND p.valid_to > $5
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                     AND e.employed_to > $5
    WHERE r.tenant_id = $1 AND r.ancestor_id = $2 AND r.depth < $6
)
SELECT coalesce(t.target_id, 0), p.kind, p.id, $3::bigint, $4::text, t.parent_id,
       coalesce(t.version, 0), coalesce(t.pinned, false),
       coalesce(t.over_assignment_allowed, false), coalesce(t.value, 0), t.floor, t.stretch,
       coalesce(p.unit_id, 0),
       CASE p.kind WHEN 1 THEN
           (SELECT coalesce(sum(c.value), 0) FROM target c
            WHERE c.tenant_id = $1 AND c.parent_id = t.target_id)
           ELSE 0 END
FROM places p
LEFT JOIN target t ON t.tenant_id = $1 AND t.owner_kind = p.kind AND t.owner_id = p.id
                  AND t.period = $4 AND t.indicator_id = $3
ORDER BY p.depth, p.kind, p.id
