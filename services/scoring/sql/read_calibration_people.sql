-- People of a pool within reach, best total first. $1 tenant, $2 session, $3 everything, $4 trees
-- and $5 single units within reach, $6 today, $7 pool, $8 limit, $9 offset.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
    UNION
    SELECT unnest($5::bigint[])
)
SELECT p.person_id, coalesce(n.name, ''), coalesce(n.code, ''), p.unit_id, coalesce(u.name, ''),
       p.total, p.places, q.grades[p.table_grade], q.grades[p.suggested], q.grades[p.grade],
       coalesce(q.grades[p.held], ''), p.tied, p.moves, s.total, p.suggested, p.grade
FROM calibration_person AS p
JOIN calibration AS c USING (tenant_id, calibration_id)
JOIN calibration_pool AS q USING (tenant_id, calibration_id, pool)
LEFT JOIN org_person AS n ON n.tenant_id = $1 AND n.person_id = p.person_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
LEFT JOIN score AS s ON s.tenant_id = $1 AND s.period = c.period AND s.person_id = p.person_id
WHERE p.tenant_id = $1 AND p.calibration_id = $2 AND p.pool = $7
  AND ($3 OR EXISTS (
      SELECT FROM org_post AS o JOIN reach USING (unit_id)
      WHERE o.tenant_id = $1 AND o.person_id = p.person_id AND o.valid_from <= $6
        AND o.valid_to > $6))
ORDER BY p.total DESC, p.person_id
LIMIT $8 OFFSET $9;
