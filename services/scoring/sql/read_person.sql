-- A person's stored score and what it came from. $1 tenant, $2 period, $3 person.
SELECT p.name, p.code, coalesce(s.unit_id, 0), coalesce(u.name, ''), s.scores, s.remarks, s.total,
       s.rank, s.computed_at, c.indicator_ids, c.plan_ids, c.plan_versions, c.total_decimals,
       s.attainment, s.actual, s.target,
       (SELECT count(*) FROM score AS m
        WHERE m.tenant_id = $1 AND m.period = $2 AND m.unit_id = s.unit_id
          AND m.total IS NOT NULL AND s.unit_id <> 0),
       a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values",
       array_replace(t.floors, NULL, -1), array_replace(t.stretches, NULL, -1),
       coalesce(c.grade_plan_id, 0), coalesce(c.grade_plan_version, 0),
       coalesce(c.grade_codes[s.grade], ''), c.coefficients[s.grade]
FROM org_person AS p
LEFT JOIN score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.person_id = $3
LEFT JOIN scheme AS c ON c.tenant_id = $1 AND c.scheme_id = s.scheme_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = $2 AND a.owner_kind = 2
                     AND a.owner_id = $3
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = $2 AND t.owner_kind = 2
                     AND t.owner_id = $3
WHERE p.tenant_id = $1 AND p.person_id = $3;
