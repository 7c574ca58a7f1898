-- $1 tenant, $2 person, arrays: $3 roles, $4 scopes, $5 units.
INSERT INTO org_grant (tenant_id, person_id, role, scope, unit_id)
SELECT DISTINCT $1::bigint, $2::bigint, g.role, g.scope, g.unit_id
FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS g (role, scope, unit_id)
ON CONFLICT DO NOTHING
