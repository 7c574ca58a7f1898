-- $1 tenant, $2 name, $3 form, $4 its version, $5 its name, $6 its English name, $7 period, $8 unit,
-- $9 measure, $10 peers, $11 their choice, $12 subordinates, $13 closes itself, $14 account, $15 person,
-- $16 now, $17 reason.
INSERT INTO round (tenant_id, name, form_id, form_version, form_name, form_name_en, period, unit_id,
                   measure_id, state, peers, peer_choice, subordinates, closes_itself, author,
                   author_person_id, started_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13, $14, $15, $16, $17)
RETURNING round_id
