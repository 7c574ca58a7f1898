-- Results behind a position, in its order. $1 tenant, $2 period or '', $3 position, $4 limit,
-- $5 everything, $6 trees and $7 single units within reach.
SELECT r.position, r.period, r.person_id, r.person_code, r.person_name, r.unit_code, r.unit_name,
       r.version, r.total, r.places, r.grade, r.coefficient, coalesce(r.corrected_at, p.at),
       (SELECT sum(coalesce(c.total_now, 0) - coalesce(c.total_published, 0))
        FROM published_carried AS c WHERE c.tenant_id = $1 AND c.position = r.position),
       (SELECT sum(coalesce(c.actual_now, 0) - coalesce(c.actual_published, 0))
        FROM published_carried AS c WHERE c.tenant_id = $1 AND c.position = r.position),
       (SELECT count(*) FROM objection AS o
        WHERE o.tenant_id = $1 AND o.person_id = r.person_id AND o.period = r.period
          AND o.state = 1),
       r.objection_id, r.total - b.total, coalesce(r.coefficient, 0) - coalesce(b.coefficient, 0)
FROM published_result AS r
JOIN publication AS p USING (tenant_id, publication_id)
LEFT JOIN published_result AS b ON b.tenant_id = $1 AND b.period = r.period
                               AND b.person_id = r.person_id AND b.version = r.version - 1
WHERE r.tenant_id = $1 AND r.position > $3 AND ($2 = '' OR r.period = $2)
  AND ($5 OR EXISTS (SELECT FROM org_unit_tree AS t
                     WHERE t.tenant_id = $1 AND t.unit_id = r.unit_id
                       AND t.ancestor_id = ANY ($6::bigint[]))
          OR r.unit_id = ANY ($7::bigint[]))
ORDER BY r.position
LIMIT $4;
