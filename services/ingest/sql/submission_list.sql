-- The submissions of a month, parents before children. $1 tenant, $2 period, $3 a unit with
-- everything below it, 0 = any; $4 everything, $5 trees and $6 single units within reach, $7 limit.
SELECT s.submission_id, s.unit_id, coalesce(u.name, ''), s.period, s.state, s.records,
       s.amount::text, s.findings_open, s.checked_at, s.closed_at, s.version,
       coalesce(v.amount::text, ''), s.until_on
FROM submission s
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
LEFT JOIN submission_version v ON v.tenant_id = $1 AND v.submission_id = s.submission_id
                              AND v.version = s.version - 1
WHERE s.tenant_id = $1 AND s.period = $2
  AND ($3::bigint = 0 OR EXISTS (SELECT FROM org_unit_tree t WHERE t.tenant_id = $1
                                    AND t.ancestor_id = $3 AND t.unit_id = s.unit_id))
  AND ($4::boolean OR s.unit_id = ANY ($6::bigint[])
       OR EXISTS (SELECT FROM org_unit_tree t WHERE t.tenant_id = $1
                     AND t.ancestor_id = ANY ($5::bigint[]) AND t.unit_id = s.unit_id))
ORDER BY (SELECT max(t.depth) FROM org_unit_tree t
          WHERE t.tenant_id = $1 AND t.unit_id = s.unit_id), u.code, s.unit_id
LIMIT $7
