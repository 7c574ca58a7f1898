-- All stored roll-ups of a period. $1 tenant, $2 period.
SELECT unit_id, parent_id, actual, target, attainment, rank, people, total_sum, open_items,
       top_people, top_totals, inputs, version, grade_codes, grade_people
FROM unit_score WHERE tenant_id = $1 AND period = $2;
