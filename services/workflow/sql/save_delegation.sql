-- $1 tenant, $2 who is away, $3 deputy, $4 from, $5 until, $6 reason, $7 when it begins.
INSERT INTO delegation (tenant_id, person_id, to_person_id, first_day, last_day, reason, began, ended,
                        turn_at)
VALUES ($1, $2, $3, $4, $5, $6, false, false, $7)
RETURNING delegation_id
