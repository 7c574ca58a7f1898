-- Pools of a session with somebody within reach, a row a grade that somebody has. $1 tenant,
-- $2 session, $3 everything, $4 trees and $5 single units within reach, $6 today.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
    UNION
    SELECT unnest($5::bigint[])
), seen AS (
    SELECT p.pool, p.grade, count(*) AS people
    FROM calibration_person AS p
    WHERE p.tenant_id = $1 AND p.calibration_id = $2
      AND ($3 OR EXISTS (
          SELECT FROM org_post AS o JOIN reach USING (unit_id)
          WHERE o.tenant_id = $1 AND o.person_id = p.person_id AND o.valid_from <= $6
            AND o.valid_to > $6))
    GROUP BY p.pool, p.grade
)
SELECT q.pool, q.name, q.people, q.grades, q.coefficients, q.shares, q.seats, s.grade, s.people
FROM calibration_pool AS q JOIN seen AS s USING (pool)
WHERE q.tenant_id = $1 AND q.calibration_id = $2
ORDER BY q.pool, s.grade;
