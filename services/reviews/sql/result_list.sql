-- Results of a round: all, or of those who report to somebody and his own; not of those whom he rated
-- without being named. $1 tenant, $2 round, $3 all, $4 person, $5 how many.
SELECT r.person_id, p.name, coalesce(u.name, ''), r.numerator, r.denominator, r.raters
FROM result r
JOIN subject s USING (tenant_id, round_id, person_id)
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = r.person_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
WHERE r.tenant_id = $1 AND r.round_id = $2 AND ($3::boolean OR s.manager_id = $4 OR s.person_id = $4)
  AND NOT EXISTS (SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = $2
                     AND a.subject_id = r.person_id AND a.rater_id = $4 AND a.relation IN (2, 3, 4)
                     AND a.state = 3)
ORDER BY r.denominator = 0, CASE WHEN r.denominator <> 0 THEN r.numerator / r.denominator END DESC, r.person_id
LIMIT $5
