-- Every assignment of a rated person, held until the commit. $1 tenant, $2 round, $3 person.
SELECT assignment_id, rater_id, relation, state, named_by FROM assignment
WHERE tenant_id = $1 AND round_id = $2 AND subject_id = $3 ORDER BY assignment_id FOR UPDATE
