-- A run begins. $1 tenant, $2 source, $3 name, $4 is a file, $5 state, $6 bytes in all, $7 now,
-- $8 account, $9 person.
INSERT INTO run (tenant_id, source, name, is_file, state, bytes_total, started_at, account,
                 person_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING run_id
