-- An objection to a line of the latest version of a result; no row when the line has an open one.
-- $1 tenant, $2 period, $3 person, $4 indicator, $5 version, $6 reason, $7 wished value, $8 wished
-- score, $9 author, $10 author's person, $11 now.
INSERT INTO objection (tenant_id, period, person_id, indicator_id, result_version, state, reason,
                       wished_value, wished_score, author, author_person_id, raised_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant_id, person_id, period, indicator_id) WHERE state = 1 DO NOTHING
RETURNING objection_id;
