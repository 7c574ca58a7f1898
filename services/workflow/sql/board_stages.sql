-- Counts by stage. $1 tenant, $2 cycle, $3 the whole cycle: also tasks of units that are not below its
-- own (who rates somebody may sit above him), $4 otherwise of these units.
SELECT c.stage, sum(c.done)::bigint, sum(c.open)::bigint, sum(c.overdue)::bigint
FROM tally c
WHERE c.tenant_id = $1 AND c.cycle_id = $2 AND ($3::boolean OR c.unit_id = ANY ($4::bigint[]))
GROUP BY c.stage
