-- Published results that came to something else since, and that no later publication took along.
-- $1 tenant, $2 period or '', $3 everything, $4 trees and $5 single units within reach, $6 today,
-- $7 limit.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
    UNION
    SELECT unnest($5::bigint[])
)
SELECT person_id, person_name, person_code, unit_name, period, places, total_published, total_now,
       actual_published, actual_now, grade_published,
       CASE WHEN version = 1 THEN grade_live
            WHEN total_now = total_latest THEN table_grade
            ELSE coalesce((SELECT g.code
                           FROM unnest(grade_codes, grade_froms) WITH ORDINALITY AS g (code, low, n)
                           WHERE g.low IS NULL OR total_now >= g.low ORDER BY g.n LIMIT 1), '')
       END,
       count(*) OVER (), frozen
FROM late_change AS x
WHERE x.tenant_id = $1 AND ($2 = '' OR x.period = $2)
  AND (total_published IS DISTINCT FROM total_now OR actual_published IS DISTINCT FROM actual_now)
  AND ($3 OR EXISTS (
      SELECT FROM org_post AS o JOIN reach USING (unit_id)
      WHERE o.tenant_id = $1 AND o.person_id = x.person_id AND o.valid_from <= $6
        AND o.valid_to > $6))
ORDER BY period DESC, abs(coalesce(total_now, 0) - coalesce(total_published, 0)) DESC, person_id
LIMIT $7;
