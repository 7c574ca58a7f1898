-- Who is in sales in a unit, and whether he has a record there. Parameters as in submission_teams,
-- without $5: $5 positions, $6 periods of targets.
WITH posted AS (
    SELECT DISTINCT ON (o.person_id) o.person_id, e.name, o.unit_id
    FROM org_unit_tree t
    JOIN org_post o ON o.tenant_id = $1 AND o.unit_id = t.unit_id AND o.main
                   AND o.valid_from <= $4::date AND o.valid_to > $3::date
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = o.person_id
                     AND e.employed_from <= $4::date AND e.employed_to > $3::date
    WHERE t.tenant_id = $1 AND t.ancestor_id = $2
      AND (o.position = ANY ($5::text[])
           OR (cardinality($5::text[]) = 0
               AND EXISTS (SELECT FROM person_target g
                           WHERE g.tenant_id = $1 AND g.person_id = o.person_id
                             AND g.period = ANY ($6::text[]) AND NOT g.removed)))
    ORDER BY o.person_id, o.valid_from DESC
)
SELECT p.person_id, p.name, p.unit_id, coalesce(u.name, ''),
       EXISTS (SELECT FROM person_path w
               JOIN unit_path q ON q.tenant_id = $1 AND q.path_id = w.path_id
                               AND q.units @> ARRAY[$2::bigint]
               JOIN record r ON r.tenant_id = $1 AND r.path_id = w.path_id
                            AND r.person_id = p.person_id AND NOT r.deleted
                            AND r.occurred_on BETWEEN $3::date AND $4::date
               JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id AND d.kind = 0
               WHERE w.tenant_id = $1 AND w.person_id = p.person_id)
FROM posted p
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
ORDER BY p.unit_id, p.name, p.person_id
