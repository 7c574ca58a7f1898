-- Open tasks, of a list or of a cycle, unit and stage, with whether they were urged since a time.
-- At most 10,000, those first that were not.
-- $1 tenant, $2 list, $3 cycle (0: the list), $4 unit and below (0: any), $5 stage ('': any),
-- $6 urged since, $7 everything, $8 roots of trees, $9 single units.
SELECT t.task_id, coalesce(t.urged_at > $6, false)
FROM task t
WHERE t.tenant_id = $1 AND t.state = 1
  AND (CASE WHEN $3::bigint = 0 THEN t.task_id = ANY ($2::bigint[]) ELSE t.cycle_id = $3 END)
  AND ($4::bigint = 0 OR EXISTS (SELECT FROM org_unit_tree w
       WHERE w.tenant_id = $1 AND w.ancestor_id = $4 AND w.unit_id = t.unit_id))
  AND ($5::text = '' OR t.stage = $5)
  AND ($7::boolean OR t.unit_id = ANY ($9::bigint[]) OR EXISTS (SELECT FROM org_unit_tree w
       WHERE w.tenant_id = $1 AND w.unit_id = t.unit_id AND w.ancestor_id = ANY ($8::bigint[])))
ORDER BY coalesce(t.urged_at > $6, false), t.task_id LIMIT 10000
FOR UPDATE OF t
