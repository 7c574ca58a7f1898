-- Raters named for a person; one who was there before (declined, refused, lapsed) is named again.
-- $1 tenant, $2 round, $3 person, $4 relation, $5 raters, $6 state, $7 by whom.
INSERT INTO assignment (tenant_id, round_id, subject_id, rater_id, relation, state, named_by, reason)
SELECT $1::bigint, $2::bigint, $3::bigint, r, $4::bigint, $6::bigint, $7::bigint, ''
FROM unnest($5::bigint[]) AS r
ON CONFLICT (tenant_id, round_id, subject_id, rater_id) DO UPDATE
SET relation = excluded.relation, state = excluded.state, named_by = excluded.named_by, reason = ''
WHERE assignment.state IN (4, 5, 6)
