-- Counts by stage. $1 tenant, $2 cycle, $3 units.
SELECT c.stage, sum(c.done)::bigint, sum(c.open)::bigint, sum(c.overdue)::bigint
FROM unnest($3::bigint[]) w (unit_id)
JOIN tally c ON c.tenant_id = $1 AND c.cycle_id = $2 AND c.unit_id = w.unit_id
GROUP BY c.stage
