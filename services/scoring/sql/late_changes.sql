-- Published results that came to something else since, and that no later publication took along.
-- $1 tenant, $2 period or '', $3 everything, $4 trees and $5 single units within reach, $6 today,
-- $7 limit.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
    UNION
    SELECT unnest($5::bigint[])
), published AS (
    SELECT DISTINCT ON (r.person_id, r.period) r.*
    FROM published_result AS r
    WHERE r.tenant_id = $1 AND ($2 = '' OR r.period = $2)
    ORDER BY r.person_id, r.period, r.version DESC
), carried AS (
    SELECT DISTINCT ON (person_id, from_period) *
    FROM published_carried WHERE tenant_id = $1
    ORDER BY person_id, from_period, position DESC
), changed AS (
    SELECT r.person_id, r.person_name, r.person_code, r.unit_name, r.period, r.places,
           CASE WHEN c.position IS NULL THEN r.total ELSE c.total_now END AS total_published,
           s.total AS total_now,
           CASE WHEN c.position IS NULL THEN r.actual ELSE c.actual_now END AS actual_published,
           s.actual AS actual_now,
           CASE WHEN c.position IS NULL THEN r.table_grade ELSE c.grade_now END AS grade_published,
           coalesce(m.grade_codes[s.grade], '') AS grade_now
    FROM published AS r
    JOIN score AS s ON s.tenant_id = $1 AND s.period = r.period AND s.person_id = r.person_id
    LEFT JOIN scheme AS m ON m.tenant_id = $1 AND m.scheme_id = s.scheme_id
    LEFT JOIN carried AS c ON c.person_id = r.person_id AND c.from_period = r.period
)
SELECT person_id, person_name, person_code, unit_name, period, places, total_published, total_now,
       actual_published, actual_now, grade_published, grade_now, count(*) OVER ()
FROM changed AS x
WHERE (total_published IS DISTINCT FROM total_now OR actual_published IS DISTINCT FROM actual_now)
  AND ($3 OR EXISTS (
      SELECT FROM org_post AS o JOIN reach USING (unit_id)
      WHERE o.tenant_id = $1 AND o.person_id = x.person_id AND o.valid_from <= $6
        AND o.valid_to > $6))
ORDER BY period DESC, abs(coalesce(total_now, 0) - coalesce(total_published, 0)) DESC, person_id
LIMIT $7;
