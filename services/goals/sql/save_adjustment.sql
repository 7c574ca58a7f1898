-- Who changed targets, why, and from when; answers the adjustment's id.
-- $1 tenant, $2 act, $3 indicator, $4 period, $5 author, $6 author's person, $7 reason,
-- $8 effective on, $9 policy, $10 at, $11 number of targets
INSERT INTO adjustment (tenant_id, adjustment_id, act, indicator_id, period, author,
                        author_person_id, reason, effective_on, policy, at, changed)
VALUES ($1, nextval('adjustment_ids'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING adjustment_id
