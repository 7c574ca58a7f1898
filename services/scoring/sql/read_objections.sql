-- Objections, newest first. $1 tenant, $2 one of them or 0, $3 period or '', $4 state or 0, $5 person
-- or 0, $6 everything, $7 trees and $8 single units within reach, $9 the caller's person or 0,
-- $10 today, $11 limit, $12 offset.
WITH reach AS (
    SELECT t.unit_id FROM org_unit_tree AS t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($7::bigint[])
    UNION
    SELECT unnest($8::bigint[])
), within AS (
    SELECT * FROM objection AS o
    WHERE o.tenant_id = $1 AND ($2 = 0 OR o.objection_id = $2) AND ($3 = '' OR o.period = $3)
      AND ($5 = 0 OR o.person_id = $5)
      AND ($6 OR o.person_id = $9 OR EXISTS (
          SELECT FROM org_post AS q JOIN reach USING (unit_id)
          WHERE q.tenant_id = $1 AND q.person_id = o.person_id AND q.valid_from <= $10
            AND q.valid_to > $10))
)
SELECT o.objection_id, o.person_id, r.person_name, r.person_code, r.unit_id, r.unit_name, o.period,
       o.indicator_id, r.indicator_names[n.at], r.indicator_names_en[n.at], o.state, o.reason,
       o.wished_value, o.wished_score, o.author, o.author_person_id, coalesce(a.name, ''),
       o.raised_at, o.result_version, r.scores[n.at], o.correction, o.outcome_reason,
       o.decided_by_id, coalesce(d.name, ''), o.settled_at, o.new_version, o.version,
       p.objections_until, count(*) OVER (),
       (SELECT count(*) FROM within WHERE state = 1),
       substr(r.remarks, n.at, 1)
FROM within AS o
JOIN published_result AS r ON r.tenant_id = $1 AND r.period = o.period
                          AND r.person_id = o.person_id AND r.version = o.result_version
JOIN publication AS p ON p.tenant_id = $1 AND p.publication_id = r.publication_id
CROSS JOIN LATERAL (SELECT array_position(r.indicator_ids, o.indicator_id) AS at) AS n
LEFT JOIN org_person AS a ON a.tenant_id = $1 AND a.person_id = o.author_person_id
LEFT JOIN org_person AS d ON d.tenant_id = $1 AND d.person_id = o.decided_by_id
WHERE $4 = 0 OR o.state = $4
ORDER BY o.objection_id DESC
LIMIT $11 OFFSET $12;
