-- Roll-ups of units, new or changed. $1 tenant, $2 period, $3 now, then by unit: $4 id, $5 parent,
-- $6 which of $7..$9 are known (bits 1, 2, 4), $7 actual, $8 target, $9 attainment, $10 rank,
-- $11 people, $12 sum of totals, $13 open items, $14 best people and $15 their totals (arrays as
-- text), $16 inputs, $17 version, $18 grades and $19 how many
-- people have them (arrays as text).
INSERT INTO unit_score (tenant_id, period, unit_id, parent_id, actual, target, attainment, rank,
                        people, total_sum, open_items, top_people, top_totals, inputs, version,
                        computed_at, grade_codes, grade_people)
SELECT $1, $2, unit_id, parent_id, CASE WHEN known & 1 > 0 THEN actual END,
       CASE WHEN known & 2 > 0 THEN target END, CASE WHEN known & 4 > 0 THEN attainment END,
       rank, people, total_sum, open_items, top_people::bigint[], top_totals::numeric[], inputs,
       version, $3::timestamptz, grade_codes::text[], grade_people::bigint[]
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::numeric[], $8::numeric[], $9::numeric[],
            $10::bigint[], $11::bigint[], $12::numeric[], $13::bigint[], $14::text[], $15::text[],
            $16::bigint[], $17::bigint[], $18::text[], $19::text[])
     AS w (unit_id, parent_id, known, actual, target, attainment, rank, people, total_sum,
           open_items, top_people, top_totals, inputs, version, grade_codes, grade_people)
ON CONFLICT (tenant_id, period, unit_id) DO UPDATE
SET parent_id = excluded.parent_id, actual = excluded.actual, target = excluded.target,
    attainment = excluded.attainment, rank = excluded.rank, people = excluded.people,
    total_sum = excluded.total_sum, open_items = excluded.open_items,
    top_people = excluded.top_people, top_totals = excluded.top_totals, inputs = excluded.inputs,
    version = excluded.version, computed_at = excluded.computed_at,
    grade_codes = excluded.grade_codes, grade_people = excluded.grade_people;
