-- Objectives of a period that are not cancelled: of an owner; of a unit's whole tree; or (kind 0) of a
-- person and of units.
-- $1 tenant, $2 period, $3 owner's kind or 0, $4 owner or person, $5 units of kind 0, $6 the tree, $7 day,
-- $8 limit
WITH tree AS (
    SELECT t.unit_id
    FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = $4 AND $6::boolean AND $3::bigint = 1
), people AS (
    SELECT p.person_id
    FROM tree
    JOIN org_post p ON p.tenant_id = $1 AND p.unit_id = tree.unit_id AND p.main
                   AND p.valid_from <= $7 AND p.valid_to > $7
)
SELECT o.objective_id
FROM objective o
WHERE o.tenant_id = $1 AND o.period = $2 AND o.state <> 3
  AND (($3::bigint = 0 AND ((o.owner_kind = 2 AND o.owner_id = $4)
                            OR (o.owner_kind = 1 AND o.owner_id = ANY ($5::bigint[]))))
       OR ($3::bigint <> 0 AND o.owner_kind = $3 AND o.owner_id = $4)
       OR (o.owner_kind = 1 AND o.owner_id IN (SELECT unit_id FROM tree))
       OR (o.owner_kind = 2 AND o.owner_id IN (SELECT person_id FROM people)))
ORDER BY o.owner_kind, o.owner_id, o.objective_id
LIMIT $8
