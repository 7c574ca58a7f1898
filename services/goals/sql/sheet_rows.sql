-- The places of a unit's tree that the caller may see, parents before children.
-- $1 tenant, $2 day, $3 unit, $4 levels, $5 everything, $6 trees and $7 single units within reach,
-- $8 the caller's person or 0, $9 limit
WITH visible AS (
    SELECT t.unit_id FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($6::bigint[])
    UNION
    SELECT unnest($7::bigint[])
), units AS (
    SELECT u.unit_id, u.name, u.code, u.parent_id, r.depth
    FROM org_unit_tree r
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = r.unit_id
                   AND u.valid_to > $2
    WHERE r.tenant_id = $1 AND r.ancestor_id = $3 AND r.depth <= $4
      AND ($5 OR u.unit_id IN (SELECT unit_id FROM visible))
)
SELECT 1::smallint AS kind, unit_id AS id, name, code, depth, coalesce(parent_id, 0) AS above
FROM units
UNION ALL
SELECT 2::smallint, e.person_id, e.name, e.code, u.depth + 1, u.unit_id
FROM units u
JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = u.unit_id AND p.main
               AND p.valid_from <= $2 AND p.valid_to > $2
JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                 AND e.employed_to > $2
WHERE u.depth < $4
UNION ALL -- who may see himself alone
SELECT 2::smallint, e.person_id, e.name, e.code, 0, p.unit_id
FROM org_person e
JOIN org_post p ON p.tenant_id = $1 AND p.person_id = e.person_id AND p.main
               AND p.valid_from <= $2 AND p.valid_to > $2
WHERE $3 = 0 AND e.tenant_id = $1 AND e.person_id = $8
ORDER BY depth, kind, code
LIMIT $9
