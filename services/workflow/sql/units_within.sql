-- The units of a tree that the caller's reach covers. $1 tenant, $2 root, $3 everything, $4 roots of
-- trees, $5 single units.
SELECT w.unit_id FROM org_unit_tree w
WHERE w.tenant_id = $1 AND w.ancestor_id = $2
  AND ($3::boolean OR w.unit_id = ANY ($5::bigint[]) OR EXISTS (
       SELECT FROM org_unit_tree t WHERE t.tenant_id = $1 AND t.unit_id = w.unit_id
         AND t.ancestor_id = ANY ($4::bigint[])))
