-- Who stands in the ranking of some units. $1 tenant, $2 period, $3 units.
SELECT s.person_id, s.unit_id, s.total, s.attainment, s.actual, s.target, s.rank, s.open_items,
       s.version, s.scheme_id, coalesce(c.total_decimals, 0), s.grade,
       c.grade_codes[s.grade], c.coefficients[s.grade]
FROM score AS s LEFT JOIN scheme AS c ON c.tenant_id = $1 AND c.scheme_id = s.scheme_id
WHERE s.tenant_id = $1 AND s.period = $2 AND s.unit_id = ANY ($3::bigint[]);
