-- The sheet of a measure of HAND: people (main post) or units of a unit's tree, with their newest values.
-- $1 tenant, $2 day, $3 measure, $4 period, $5 unit, $6 owner's kind, $7 only those with a value,
-- $8 everything, $9 units within reach, $10 limit, $11 offset
WITH tree AS (
    SELECT t.unit_id
    FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = $5
      AND ($8::boolean OR t.unit_id = ANY ($9::bigint[]))
), o AS (
    SELECT u.unit_id AS id, u.name, u.code, coalesce(u.parent_id, 0) AS above, u.name AS unit_name
    FROM tree
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = tree.unit_id AND u.valid_to > $2
    WHERE $6::bigint = 1
    UNION ALL
    SELECT e.person_id, e.name, e.code, p.unit_id, u.name
    FROM tree
    JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = tree.unit_id AND p.main
                   AND p.valid_from <= $2 AND p.valid_to > $2
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id AND e.employed_to > $2
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
    WHERE $6::bigint = 2
), newest AS (
    SELECT DISTINCT ON (h.owner_id) h.*
    FROM hand_value h
    WHERE h.tenant_id = $1 AND h.measure_id = $3 AND h.period = $4 AND h.owner_kind = $6
    ORDER BY h.owner_id, h.version DESC
)
SELECT o.id, o.name, o.code, o.unit_name, o.above, h.value, coalesce(h.note, ''),
       coalesce(h.author, ''), coalesce(a.name, h.author, ''), h.at, coalesce(h.version, 0),
       count(*) OVER (), count(h.value) OVER ()
FROM o
LEFT JOIN newest h ON h.owner_id = o.id
LEFT JOIN org_person a ON a.tenant_id = $1 AND a.person_id = h.author_person_id
WHERE NOT $7::boolean OR h.value IS NOT NULL
ORDER BY o.unit_name, o.code
LIMIT $10 OFFSET $11
