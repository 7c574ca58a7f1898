-- The newest cycle that is no approval and touches a unit (0: any). $1 tenant, $2 unit.
SELECT c.cycle_id FROM cycle c
WHERE c.tenant_id = $1 AND NOT c.approval AND c.state <> 4
  AND ($2::bigint = 0 OR EXISTS (
       SELECT FROM org_unit_tree t WHERE t.tenant_id = $1 AND
         (t.ancestor_id = c.unit_id AND t.unit_id = $2 OR t.ancestor_id = $2 AND t.unit_id = c.unit_id)))
ORDER BY c.cycle_id DESC LIMIT 1
