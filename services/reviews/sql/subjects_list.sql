-- People rated in the round: all, or those who report to somebody and himself; and whether one lacks
-- raters (who has no reports lacks no subordinates). $1 tenant, $2 round,
-- $3 all, $4 person, $5 relations that must be there, $6 their minimums, $7 how many.
SELECT s.person_id, p.name, coalesce(u.name, ''), a.asked, a.proposed, a.declined,
       EXISTS (SELECT FROM unnest($5::bigint[], $6::bigint[]) AS w (relation, minimum)
               CROSS JOIN LATERAL (
                   SELECT count(*) AS raters FROM assignment b
                   WHERE b.tenant_id = $1 AND b.round_id = $2 AND b.subject_id = s.person_id
                     AND b.relation = w.relation AND b.state IN (2, 3)) AS n
               WHERE n.raters < w.minimum AND (w.relation <> 3 OR n.raters > 0))
FROM subject s
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = s.person_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state IN (2, 3)) AS asked, count(*) FILTER (WHERE state = 1) AS proposed,
           count(*) FILTER (WHERE state = 4) AS declined
    FROM assignment WHERE tenant_id = $1 AND round_id = $2 AND subject_id = s.person_id) AS a
WHERE s.tenant_id = $1 AND s.round_id = $2
  AND ($3::boolean OR s.manager_id = $4 OR s.person_id = $4)
ORDER BY a.proposed > 0 DESC, s.person_id LIMIT $7
