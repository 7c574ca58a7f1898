-- $1 tenant, $2 round, $3 unit, $4 day.
INSERT INTO subject (tenant_id, round_id, person_id, unit_id, manager_id)
SELECT $1::bigint, $2::bigint, person_id, unit_id, manager_id FROM rated($1, $3, $4)
