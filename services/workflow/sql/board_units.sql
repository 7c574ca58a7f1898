-- Counts of a unit's own tasks and of everything below each unit right below it. $1 tenant, $2 cycle,
-- $3 unit, $4 units that may be counted.
WITH counted AS MATERIALIZED (
    SELECT c.unit_id, sum(c.done) AS done, sum(c.open) AS open, sum(c.overdue) AS overdue
    FROM unnest($4::bigint[]) w (unit_id)
    JOIN tally c ON c.tenant_id = $1 AND c.cycle_id = $2 AND c.unit_id = w.unit_id
    GROUP BY c.unit_id
), child AS (
    SELECT u.unit_id, u.name, u.code, true AS below FROM org_unit u
    WHERE u.tenant_id = $1 AND u.parent_id = $3
    UNION ALL
    SELECT u.unit_id, u.name, u.code, false FROM org_unit u
    WHERE u.tenant_id = $1 AND u.unit_id = $3
)
SELECT h.unit_id, h.name, sum(c.done)::bigint, sum(c.open)::bigint, sum(c.overdue)::bigint,
       h.below AND EXISTS (SELECT FROM org_unit x WHERE x.tenant_id = $1 AND x.parent_id = h.unit_id)
FROM child h
JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = h.unit_id AND (h.below OR t.depth = 0)
JOIN counted c ON c.unit_id = t.unit_id
GROUP BY h.unit_id, h.name, h.code, h.below
ORDER BY NOT h.below, h.code, h.unit_id
