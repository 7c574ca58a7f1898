-- The ids of units and people by their codes; no row where there is none.
-- $1 tenant, $2 kinds, $3 codes, $4 their numbers
SELECT o.at, u.unit_id
FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS o (kind, code, at)
JOIN org_unit u ON u.tenant_id = $1 AND u.code = o.code
WHERE o.kind = 1
UNION ALL
SELECT o.at, e.person_id
FROM unnest($2::bigint[], $3::text[], $4::bigint[]) AS o (kind, code, at)
JOIN org_person e ON e.tenant_id = $1 AND e.code = o.code
WHERE o.kind = 2
