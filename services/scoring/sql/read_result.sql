-- A person's published result. $1 tenant, $2 period, $3 person, $4 version or 0 for the latest.
SELECT r.version, r.position, r.publication_id, r.person_code, r.person_name, r.unit_id,
       r.unit_name, r.indicator_ids, r.indicator_names, r.indicator_names_en, r.units_of_measure,
       r.plan_ids, r.plan_versions, r.scores, r.remarks, r.total, r.places, r.attainment, r.actual,
       r.target, r.rank, r.table_grade, r.grade, r.coefficient, r.measure_ids, r.numerators,
       r.denominators, r.target_indicator_ids, r.target_values,
       array_replace(r.floors, NULL, -1), array_replace(r.stretches, NULL, -1),
       (SELECT max(version) FROM published_result
        WHERE tenant_id = $1 AND period = $2 AND person_id = $3),
       r.grade_plan_id, r.grade_plan_version, r.objection_id, r.corrected_at, r.corrected_ids,
       r.corrected_values, r.corrected_by_value
FROM published_result AS r
WHERE r.tenant_id = $1 AND r.period = $2 AND r.person_id = $3 AND ($4 = 0 OR r.version = $4)
ORDER BY r.version DESC
LIMIT 1;
