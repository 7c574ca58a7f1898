-- Pools whose people have not as many of each grade as there are seats. $1 tenant, $2 session.
SELECT q.name
FROM calibration_pool AS q
WHERE q.tenant_id = $1 AND q.calibration_id = $2 AND cardinality(q.seats) > 0
  AND EXISTS (
      SELECT FROM generate_series(1, cardinality(q.seats)) AS g (grade)
      WHERE q.seats[g.grade] <> (SELECT count(*) FROM calibration_person AS p
                                 WHERE p.tenant_id = $1 AND p.calibration_id = $2
                                   AND p.pool = q.pool AND p.grade = g.grade))
ORDER BY q.pool;
