-- $1 tenant, arrays: $2 people, $3 roles, $4 scopes, $5 units
INSERT INTO person_grant (tenant_id, person_id, role, scope, unit_id)
SELECT DISTINCT $1::bigint, g.* FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) g
