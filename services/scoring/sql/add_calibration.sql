-- Opens a session; answers its id. $1 tenant, $2 period, $3 unit, $4 people, $5 reason, $6 author,
-- $7 author's person, $8 now.
INSERT INTO calibration (tenant_id, period, unit_id, state, people, reason, author,
                         author_person_id, opened_at)
VALUES ($1, $2, $3, 1, $4::bigint, $5, $6, $7, $8)
RETURNING calibration_id;
