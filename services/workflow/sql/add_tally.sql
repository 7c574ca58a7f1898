-- Counts that changed, locked in one order. $1 tenant; arrays: $2 cycles, $3 stages, $4 units,
-- $5 done, $6 open, $7 overdue, each by how much.
INSERT INTO tally AS t (tenant_id, cycle_id, stage, unit_id, done, open, overdue)
SELECT $1::bigint, n.cycle_id, n.stage, n.unit_id, sum(n.done), sum(n.open), sum(n.overdue)
FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
     AS n (cycle_id, stage, unit_id, done, open, overdue)
GROUP BY n.cycle_id, n.stage, n.unit_id
ORDER BY n.cycle_id, n.stage, n.unit_id
ON CONFLICT (tenant_id, cycle_id, stage, unit_id) DO UPDATE
SET done = t.done + excluded.done, open = t.open + excluded.open,
    overdue = t.overdue + excluded.overdue
