-- $1 tenant, $2 round, $3 unit, $4 day, $5 superiors, $6 selves, $7 peers, $8 subordinates.
INSERT INTO assignment (tenant_id, round_id, subject_id, rater_id, relation, state, named_by, reason)
SELECT $1::bigint, $2::bigint, subject_id, rater_id, relation, 2, 0, ''
FROM planned($1, $3, $4, $5, $6, $7, $8, random()::text)
ORDER BY subject_id, relation, rater_id
