-- Sessions, newest first, that the caller may know of: of a unit above or below what he reaches.
-- $1 tenant, $2 one session or 0, $3 period or '', $4 everything, $5 trees and $6 single units
-- within reach, $7 limit.
SELECT c.calibration_id, c.period, c.unit_id, coalesce(u.name, ''), c.state, c.people, c.moves,
       c.reason, c.author, c.author_person_id, c.opened_at, c.closed_by, c.closed_at,
       c.closing_reason, c.version
FROM calibration AS c
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = c.unit_id
WHERE c.tenant_id = $1 AND ($2 = 0 OR c.calibration_id = $2) AND ($3 = '' OR c.period = $3)
  AND ($4 OR EXISTS (
      SELECT FROM org_unit_tree AS t
      WHERE t.tenant_id = $1
        AND ((t.ancestor_id = c.unit_id AND t.unit_id = ANY ($5::bigint[] || $6::bigint[]))
             OR (t.unit_id = c.unit_id AND t.ancestor_id = ANY ($5::bigint[])))))
ORDER BY c.calibration_id DESC
LIMIT $7;
