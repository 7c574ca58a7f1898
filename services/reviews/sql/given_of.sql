-- What was given about these people, in no order that tells anything. $1 tenant, $2 round, $3 people.
SELECT a.subject_id, a.relation, r.body
FROM assignment a JOIN rating r ON r.tenant_id = $1 AND r.assignment_id = a.assignment_id
WHERE a.tenant_id = $1 AND a.round_id = $2 AND a.subject_id = ANY ($3::bigint[]) AND a.state = 3
ORDER BY a.subject_id, random()
