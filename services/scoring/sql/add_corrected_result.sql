-- The next version of a result: as the one before but for what a correction changes, with what it
-- carried. $1 tenant, $2 period, $3 person, $4 version before, $5 position, $6 objection, $7 now,
-- $8 scores, $9 remarks, $10 total, $11 actual, $12 attainment, $13 grade by the table, $14 grade,
-- $15 coefficient, $16 corrected lines, $17 their values, $18 which are by value, $19 the primary's
-- actual is held, $20 grades of the table, $21 where they begin.
WITH made AS (
    INSERT INTO published_result (
        tenant_id, period, person_id, version, position, publication_id, person_code, person_name,
        unit_id, unit_code, unit_name, indicator_ids, indicator_names, indicator_names_en,
        units_of_measure, weights, plan_ids, plan_versions, scores, remarks, total, places,
        attainment, actual, target, rank, table_grade, grade, coefficient, grade_plan_id,
        grade_plan_version, measure_ids, numerators, denominators, target_indicator_ids,
        target_values, floors, stretches, score_version, objection_id, corrected_at, corrected_ids,
        corrected_values, corrected_by_value, actual_held, grade_codes, grade_froms)
    SELECT tenant_id, period, person_id, version + 1, $5, publication_id, person_code, person_name,
           unit_id, unit_code, unit_name, indicator_ids, indicator_names, indicator_names_en,
           units_of_measure, weights, plan_ids, plan_versions, $8::numeric[], $9, $10, places, $12,
           $11, target, rank, $13, $14, $15, grade_plan_id, grade_plan_version, measure_ids,
           numerators, denominators, target_indicator_ids, target_values, floors, stretches,
           score_version, $6, $7, $16::bigint[], $17::numeric[], $18::bigint[], actual_held OR $19,
           $20::text[], $21::numeric[] || NULL::numeric
    FROM published_result
    WHERE tenant_id = $1 AND period = $2 AND person_id = $3 AND version = $4
    RETURNING position
)
INSERT INTO published_carried (tenant_id, position, person_id, from_period, places,
                               total_published, total_now, actual_published, actual_now,
                               grade_published, grade_now)
SELECT c.tenant_id, m.position, c.person_id, c.from_period, c.places, c.total_published,
       c.total_now, c.actual_published, c.actual_now, c.grade_published, c.grade_now
FROM made AS m
JOIN published_result AS b ON b.tenant_id = $1 AND b.period = $2 AND b.person_id = $3
                          AND b.version = $4
JOIN published_carried AS c ON c.tenant_id = $1 AND c.position = b.position;
