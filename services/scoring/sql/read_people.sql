-- Rows of a ranking for people whose order is known. $1 tenant, $2 period, $3 people.
SELECT s.person_id, coalesce(p.name, ''), coalesce(p.code, ''), s.unit_id, coalesce(u.name, ''),
       s.actual, s.target, s.attainment, s.total, coalesce(c.total_decimals, 0), s.rank,
       coalesce(c.grade_codes[s.grade], ''), c.coefficients[s.grade]
FROM score AS s
LEFT JOIN org_person AS p ON p.tenant_id = $1 AND p.person_id = s.person_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
LEFT JOIN scheme AS c ON c.tenant_id = $1 AND c.scheme_id = s.scheme_id
WHERE s.tenant_id = $1 AND s.period = $2 AND s.person_id = ANY ($3::bigint[]);
