-- People of a session within reach whose total is another one by now. $1 tenant, $2 session,
-- $3 everything, $4 trees and $5 single units within reach, $6 today.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
    UNION
    SELECT unnest($5::bigint[])
)
SELECT count(*)
FROM calibration_person AS p
JOIN calibration AS c USING (tenant_id, calibration_id)
LEFT JOIN score AS s ON s.tenant_id = $1 AND s.period = c.period AND s.person_id = p.person_id
WHERE p.tenant_id = $1 AND p.calibration_id = $2 AND s.total IS DISTINCT FROM p.total
  AND ($3 OR EXISTS (
      SELECT FROM org_post AS o JOIN reach USING (unit_id)
      WHERE o.tenant_id = $1 AND o.person_id = p.person_id AND o.valid_from <= $6
        AND o.valid_to > $6));
