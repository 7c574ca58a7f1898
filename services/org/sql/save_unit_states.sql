-- $1 tenant, arrays: $2 units, $3 valid from, $4 names, $5 kinds, $6 parents
INSERT INTO unit_state (tenant_id, unit_id, valid_from, name, kind, parent_id)
SELECT $1, * FROM unnest($2::bigint[], $3::date[], $4::text[], $5::bigint[], $6::bigint[])
