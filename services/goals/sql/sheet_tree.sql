-- Targets with everything below them, other targets alone, and the parents of both; of each what its
-- children come to, of a person's target 0.
-- $1 tenant, $2 targets with all below, $3 targets alone
WITH RECURSIVE tree AS (
    SELECT t.target_id FROM target t WHERE t.tenant_id = $1 AND t.target_id = ANY ($2::bigint[])
    UNION -- once, also when one that is named stands below another one
    SELECT t.target_id FROM tree
    JOIN target t ON t.tenant_id = $1 AND t.parent_id = tree.target_id
), wanted AS (
    SELECT target_id FROM tree
    UNION
    SELECT unnest($3::bigint[])
    UNION
    SELECT t.parent_id FROM target t
    WHERE t.tenant_id = $1 AND t.target_id = ANY ($2::bigint[] || $3::bigint[])
)
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch,
       CASE t.owner_kind WHEN 1 THEN
           (SELECT coalesce(sum(c.value), 0) FROM target c
            WHERE c.tenant_id = $1 AND c.parent_id = t.target_id)
           ELSE 0 END
FROM wanted w
JOIN target t ON t.tenant_id = $1 AND t.target_id = w.target_id
ORDER BY t.owner_kind, t.owner_id
