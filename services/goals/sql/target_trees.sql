-- Some targets with everything below them, parents before children, siblings by owner; last, whether
-- it is a named one: these come first, also where one hangs below another.
-- $1 tenant, $2 targets
WITH RECURSIVE tree AS (
    SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch,
       0 AS depth
    FROM target t
    WHERE t.tenant_id = $1 AND t.target_id = ANY ($2::bigint[])
    UNION ALL
    SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch,
       tree.depth + 1
    FROM tree
    JOIN target t ON t.tenant_id = $1 AND t.parent_id = tree.target_id
                 AND t.target_id <> ALL ($2::bigint[]) -- named itself: there once
)
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch, t.depth = 0
FROM tree t
ORDER BY t.depth, t.owner_kind, t.owner_id
