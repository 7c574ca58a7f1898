-- What somebody is asked to rate, given, or declined, in open rounds. $1 tenant, $2 rater, $3 round
-- (0 = all), $4 this assignment alone (0 = all).
SELECT a.assignment_id, a.round_id, o.name, o.period, a.subject_id, p.name, coalesce(u.name, ''),
       a.relation, a.state, EXISTS (SELECT FROM rating r WHERE r.tenant_id = $1
                                       AND r.assignment_id = a.assignment_id), o.form_id, o.form_version
FROM assignment a
JOIN round o ON o.tenant_id = $1 AND o.round_id = a.round_id AND o.state = 2
JOIN subject s ON s.tenant_id = $1 AND s.round_id = a.round_id AND s.person_id = a.subject_id
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = a.subject_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
WHERE a.tenant_id = $1 AND a.rater_id = $2 AND a.state IN (2, 3, 4)
  AND ($3::bigint = 0 OR a.round_id = $3) AND ($4::bigint = 0 OR a.assignment_id = $4)
ORDER BY a.round_id, a.state, a.relation = 5 DESC, a.relation, a.assignment_id
