-- First results of people in a period, as everything stands now; who was calibrated has the grade of
-- the last closed session. $1 tenant, $2 period, $3 publication, $4 people, $5 position before the
-- first.
WITH calibrated AS (
    SELECT DISTINCT ON (p.person_id) p.person_id, q.grades[p.grade] AS grade,
           q.coefficients[p.grade] AS coefficient
    FROM calibration AS c
    JOIN calibration_person AS p USING (tenant_id, calibration_id)
    JOIN calibration_pool AS q USING (tenant_id, calibration_id, pool)
    WHERE c.tenant_id = $1 AND c.period = $2 AND c.state = 2
    ORDER BY p.person_id, c.calibration_id DESC
), named AS (
    SELECT c.scheme_id, array_agg(i.name ORDER BY x.n) AS names,
           array_agg(i.name_en ORDER BY x.n) AS names_en,
           array_agg(i.unit_of_measure ORDER BY x.n) AS measures
    FROM scheme AS c, unnest(c.indicator_ids) WITH ORDINALITY AS x (indicator_id, n)
    JOIN indicator AS i ON i.tenant_id = $1 AND i.indicator_id = x.indicator_id
    WHERE c.tenant_id = $1
    GROUP BY c.scheme_id
)
INSERT INTO published_result (
    tenant_id, period, person_id, version, position, publication_id, person_code, person_name,
    unit_id, unit_code, unit_name, indicator_ids, indicator_names, indicator_names_en,
    units_of_measure, weights, plan_ids, plan_versions, scores, remarks, total, places, attainment,
    actual, target, rank, table_grade, grade, coefficient, grade_plan_id, grade_plan_version,
    measure_ids, numerators, denominators, target_indicator_ids, target_values, floors, stretches,
    score_version)
SELECT $1, $2, s.person_id, 1, $5 + row_number() OVER (ORDER BY s.person_id), $3,
       coalesce(p.code, ''), coalesce(p.name, ''), s.unit_id, coalesce(u.code, ''),
       coalesce(u.name, ''), c.indicator_ids, n.names, n.names_en, n.measures, c.weights,
       c.plan_ids, c.plan_versions, s.scores, s.remarks, s.total, c.total_decimals, s.attainment,
       s.actual, s.target, s.rank, coalesce(c.grade_codes[s.grade], ''),
       coalesce(b.grade, c.grade_codes[s.grade], ''),
       coalesce(b.coefficient, c.coefficients[s.grade]), c.grade_plan_id, c.grade_plan_version,
       a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values", t.floors,
       t.stretches, s.version
FROM score AS s
JOIN scheme AS c ON c.tenant_id = $1 AND c.scheme_id = s.scheme_id
JOIN named AS n ON n.scheme_id = s.scheme_id
LEFT JOIN calibrated AS b ON b.person_id = s.person_id
LEFT JOIN org_person AS p ON p.tenant_id = $1 AND p.person_id = s.person_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = $2 AND a.owner_kind = 2
                     AND a.owner_id = s.person_id
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = $2 AND t.owner_kind = 2
                     AND t.owner_id = s.person_id
WHERE s.tenant_id = $1 AND s.period = $2 AND s.person_id = ANY ($4::bigint[]);
