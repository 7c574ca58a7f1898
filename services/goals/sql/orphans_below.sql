-- Targets without a parent whose owners stand directly below some units today, with that unit.
-- $1 tenant, $2 units, $3 indicator, $4 period, $5 day
WITH places AS (
    SELECT 1::smallint AS kind, u.unit_id AS id, u.parent_id AS above
    FROM org_unit u
    WHERE u.tenant_id = $1 AND u.parent_id = ANY ($2::bigint[]) AND u.valid_to > $5
    UNION ALL
    SELECT 2::smallint, p.person_id, p.unit_id
    FROM org_post p
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id
                     AND e.employed_to > $5
    WHERE p.tenant_id = $1 AND p.unit_id = ANY ($2::bigint[]) AND p.main
      AND p.valid_from <= $5 AND p.valid_to > $5
)
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch, p.above
FROM places p
JOIN target t ON t.tenant_id = $1 AND t.owner_kind = p.kind AND t.owner_id = p.id
             AND t.period = $4 AND t.indicator_id = $3
WHERE t.parent_id IS NULL
ORDER BY t.owner_kind, t.owner_id
