-- What people who have left were asked for in rounds that are going. $1 tenant, $2 day, $3 how many.
UPDATE assignment a SET state = 6, reason = ''
FROM (SELECT b.assignment_id FROM round o
      JOIN assignment b ON b.tenant_id = $1 AND b.round_id = o.round_id AND b.state IN (1, 2)
      JOIN org_person p ON p.tenant_id = $1 AND p.person_id = b.rater_id AND p.employed_to <= $2
      WHERE o.tenant_id = $1 AND o.state IN (1, 2) ORDER BY b.assignment_id LIMIT $3) AS g
WHERE a.tenant_id = $1 AND a.assignment_id = g.assignment_id
RETURNING a.round_id, a.rater_id
