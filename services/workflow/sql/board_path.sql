-- From the cycle's unit down to the one asked for, each with everything below. $1 tenant, $2 cycle,
-- $3 the cycle's unit, $4 unit, $5 units that may be counted.
SELECT u.unit_id, u.name, coalesce(s.done, 0)::bigint, coalesce(s.open, 0)::bigint,
       coalesce(s.overdue, 0)::bigint
FROM org_unit_tree t
JOIN org_unit_tree top ON top.tenant_id = $1 AND top.ancestor_id = $3 AND top.unit_id = t.ancestor_id
JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = t.ancestor_id
LEFT JOIN LATERAL (
    SELECT sum(c.done) AS done, sum(c.open) AS open, sum(c.overdue) AS overdue
    FROM tally c JOIN org_unit_tree b ON b.tenant_id = $1 AND b.ancestor_id = u.unit_id
         AND b.unit_id = c.unit_id
    WHERE c.tenant_id = $1 AND c.cycle_id = $2 AND c.unit_id = ANY ($5::bigint[])) s ON true
WHERE t.tenant_id = $1 AND t.unit_id = $4
ORDER BY t.depth DESC
