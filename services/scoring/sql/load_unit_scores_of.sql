-- Stored roll-ups of some units, and of all children of some. $1 tenant, $2 period, $3 units,
-- $4 parents.
SELECT unit_id, parent_id, actual, target, attainment, rank, people, total_sum, open_items,
       top_people, top_totals, inputs, version, grade_codes, grade_people
FROM unit_score WHERE tenant_id = $1 AND period = $2 AND unit_id = ANY ($3::bigint[])
UNION ALL
SELECT unit_id, parent_id, actual, target, attainment, rank, people, total_sum, open_items,
       top_people, top_totals, inputs, version, grade_codes, grade_people
FROM unit_score
WHERE tenant_id = $1 AND period = $2 AND parent_id = ANY ($4::bigint[])
  AND unit_id <> ALL ($3::bigint[]);
