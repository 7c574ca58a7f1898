-- The highest unit that a caller may see.
-- $1 tenant, $2 everything, $3 trees and $4 single units within reach, $5 day
SELECT u.unit_id
FROM org_unit u
WHERE u.tenant_id = $1 AND u.valid_to > $5
  AND ($2 OR u.unit_id = ANY ($3::bigint[]) OR u.unit_id = ANY ($4::bigint[]))
ORDER BY (SELECT max(t.depth) FROM org_unit_tree t
          WHERE t.tenant_id = $1 AND t.unit_id = u.unit_id), u.unit_id
LIMIT 1
