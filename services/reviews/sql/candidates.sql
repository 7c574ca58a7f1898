-- Colleagues of a person's unit and those with the same manager who do not rate him yet. $1 tenant,
-- $2 round, $3 person, $4 day, $5 his unit, $6 his manager.
SELECT p.person_id, p.name, u.name
FROM org_person p
JOIN org_post o ON o.tenant_id = $1 AND o.person_id = p.person_id AND o.main AND o.valid_from <= $4
               AND o.valid_to > $4
JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = o.unit_id
WHERE p.tenant_id = $1 AND p.person_id <> $3 AND p.person_id <> $6 AND p.employed_from <= $4
  AND p.employed_to > $4 AND (o.unit_id = $5 OR ($6::bigint <> 0 AND p.manager_id = $6))
  AND NOT EXISTS (SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = $2
                     AND a.subject_id = $3 AND a.rater_id = p.person_id AND a.state IN (1, 2, 3))
ORDER BY p.person_id LIMIT 200
