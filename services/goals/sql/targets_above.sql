-- The parents of a target up to its root, the nearest first.
-- $1 tenant, $2 target
WITH RECURSIVE way AS (
    SELECT t.parent_id, 0 AS height FROM target t WHERE t.tenant_id = $1 AND t.target_id = $2
    UNION ALL
    SELECT t.parent_id, way.height + 1
    FROM way
    JOIN target t ON t.tenant_id = $1 AND t.target_id = way.parent_id
)
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch
FROM way
JOIN target t ON t.tenant_id = $1 AND t.target_id = way.parent_id
ORDER BY way.height
