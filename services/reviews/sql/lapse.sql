-- Raters who were excused from a round: what they were asked for lapses. $1 tenant, $2 round, $3 raters,
-- $4 reason.
UPDATE assignment SET state = 6, reason = $4
WHERE tenant_id = $1 AND round_id = $2 AND rater_id = ANY ($3::bigint[]) AND state IN (1, 2)
RETURNING assignment_id, rater_id
