-- Raters of a person; of those that he named himself alone when $4 is not 0. $1 tenant, $2 round,
-- $3 person, $5 day.
SELECT a.rater_id, p.name, coalesce(u.name, ''), a.relation, a.state, a.reason
FROM assignment a
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = a.rater_id
LEFT JOIN org_post o ON o.tenant_id = $1 AND o.person_id = a.rater_id AND o.main
                    AND o.valid_from <= $5 AND o.valid_to > $5
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = o.unit_id
WHERE a.tenant_id = $1 AND a.round_id = $2 AND a.subject_id = $3
  AND ($4::bigint = 0 OR a.named_by = $4 OR a.relation IN (1, 5))
ORDER BY a.relation, a.rater_id
