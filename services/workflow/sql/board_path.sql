-- From the cycle's unit down to the one asked for, each with everything below. $1 tenant, $2 cycle,
-- $3 the cycle's unit, $4 unit, $5 units that may be counted.
WITH counted AS MATERIALIZED (
    SELECT c.unit_id, sum(c.done) AS done, sum(c.open) AS open, sum(c.overdue) AS overdue
    FROM unnest($5::bigint[]) w (unit_id)
    JOIN tally c ON c.tenant_id = $1 AND c.cycle_id = $2 AND c.unit_id = w.unit_id
    GROUP BY c.unit_id
), path AS MATERIALIZED (
    SELECT t.ancestor_id AS unit_id, t.depth
    FROM org_unit_tree t
    JOIN org_unit_tree top ON top.tenant_id = $1 AND top.ancestor_id = $3
         AND top.unit_id = t.ancestor_id
    WHERE t.tenant_id = $1 AND t.unit_id = $4
), below AS (
    SELECT p.unit_id, sum(c.done) AS done, sum(c.open) AS open, sum(c.overdue) AS overdue
    FROM path p
    JOIN org_unit_tree b ON b.tenant_id = $1 AND b.ancestor_id = p.unit_id
    JOIN counted c ON c.unit_id = b.unit_id
    GROUP BY p.unit_id
)
SELECT u.unit_id, u.name, coalesce(b.done, 0)::bigint, coalesce(b.open, 0)::bigint,
       coalesce(b.overdue, 0)::bigint
FROM path p
JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
LEFT JOIN below b ON b.unit_id = p.unit_id
ORDER BY p.depth DESC
