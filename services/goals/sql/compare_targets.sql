-- The targets of a tree at two moments, those that differ first counted and then by page: units before
-- people of the same depth.
-- $1 tenant, $2 day, $3 indicator, $4 period, $5 unit, $6 from (NULL = before everything), $7 to,
-- $8 everything, $9 trees and $10 single units within reach, $11 the caller's person or 0, $12 limit,
-- $13 offset
WITH visible AS (
    SELECT t.unit_id FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($9::bigint[])
    UNION
    SELECT unnest($10::bigint[])
), units AS (
    SELECT u.unit_id, u.name, u.code, r.depth
    FROM org_unit_tree r
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = r.unit_id
                   AND u.valid_to > $2
    WHERE r.tenant_id = $1 AND r.ancestor_id = $5
      AND ($8 OR u.unit_id IN (SELECT unit_id FROM visible))
), places AS (
    SELECT 1::smallint AS kind, unit_id AS id, name, code, depth FROM units
    UNION ALL
    SELECT 2::smallint, e.person_id, e.name, e.code, u.depth + 1
    FROM units u
    JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = u.unit_id AND p.main
                   AND p.valid_from <= $2 AND p.valid_to > $2
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                     AND e.employed_to > $2
    UNION ALL -- who may see himself alone
    SELECT 2::smallint, e.person_id, e.name, e.code, 0
    FROM org_person e
    WHERE $5 = 0 AND e.tenant_id = $1 AND e.person_id = $11
), both_moments AS (
    SELECT p.kind, p.id, p.name, p.code, p.depth, t.target_id,
           old.version AS old_version, old.value AS old_value,
           new.version AS new_version, new.value AS new_value, new.adjustment_id
    FROM places p
    JOIN target t ON t.tenant_id = $1 AND t.owner_kind = p.kind AND t.owner_id = p.id
                 AND t.period = $4 AND t.indicator_id = $3
    JOIN LATERAL (
        SELECT v.version, v.value, v.adjustment_id
        FROM target_version v
        JOIN adjustment a ON a.tenant_id = $1 AND a.adjustment_id = v.adjustment_id
        WHERE v.tenant_id = $1 AND v.target_id = t.target_id AND a.at <= $7
        ORDER BY v.version DESC LIMIT 1
    ) new ON true
    LEFT JOIN LATERAL (
        SELECT v.version, v.value
        FROM target_version v
        JOIN adjustment a ON a.tenant_id = $1 AND a.adjustment_id = v.adjustment_id
        WHERE v.tenant_id = $1 AND v.target_id = t.target_id AND a.at <= $6
        ORDER BY v.version DESC LIMIT 1
    ) old ON true
), counted AS (
    SELECT count(*) FILTER (WHERE old_value IS DISTINCT FROM new_value) AS differing,
           count(*) FILTER (WHERE old_value = new_value) AS same
    FROM both_moments
), page AS (
    SELECT * FROM both_moments
    WHERE old_value IS DISTINCT FROM new_value
    ORDER BY depth, kind, code LIMIT $12 OFFSET $13
)
SELECT c.differing, c.same, m.kind, m.id, m.name, m.code, m.depth, m.target_id, m.old_version,
       m.old_value, m.new_version, m.new_value, a.author, a.reason, a.effective_on, a.at
FROM counted c
LEFT JOIN page m ON true
LEFT JOIN adjustment a ON a.tenant_id = $1 AND a.adjustment_id = m.adjustment_id
ORDER BY m.depth, m.kind, m.code
