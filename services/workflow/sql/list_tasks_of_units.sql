-- Tasks of a cycle in some units, in the order of their ids. $1 tenant, $2 cycle, $3 above this task,
-- $4 stage ('': any), $5 state ('', 'open', 'overdue', 'decided'), $6 how many, $7 units.
SELECT t.task_id FROM task t
WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND t.task_id > $3 AND t.unit_id IN (SELECT w FROM unnest($7::bigint[]) w)
  AND ($4::text = '' OR t.stage = $4)
  AND CASE $5::text WHEN 'open' THEN t.state = 1 WHEN 'overdue' THEN t.state = 1 AND t.overdue
      WHEN 'decided' THEN t.state = 2 ELSE t.state IN (1, 2) END
ORDER BY t.task_id LIMIT $6
