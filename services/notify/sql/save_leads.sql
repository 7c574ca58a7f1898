-- $1 tenant, $2 person, $3 units
INSERT INTO lead (tenant_id, person_id, unit_id)
SELECT DISTINCT $1::bigint, $2::bigint, u FROM unnest($3::bigint[]) u
