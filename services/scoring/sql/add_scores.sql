-- First scores of people. $1 tenant, $2 period, $3 now, then by person: $4 id, $5 unit, $6 scheme,
-- $7 scores (an array as text), $8 remarks, $9 which of $10..$13 are known (bits 1, 2, 4, 8),
-- $10 total, $11 attainment, $12 actual, $13 target, $14 rank, $15 open items, $16 inputs,
-- $17 version, $18 row of the grade table.
INSERT INTO score (tenant_id, period, person_id, unit_id, scheme_id, scores, remarks, total,
                   attainment, actual, target, rank, open_items, inputs, version, computed_at,
                   grade)
SELECT $1, $2, person_id, unit_id, scheme_id, scores::numeric[], remarks,
       CASE WHEN known & 1 > 0 THEN total END, CASE WHEN known & 2 > 0 THEN attainment END,
       CASE WHEN known & 4 > 0 THEN actual END, CASE WHEN known & 8 > 0 THEN target END,
       rank, open_items, inputs, version, $3::timestamptz, grade
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bigint[],
            $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::bigint[],
            $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])
     AS w (person_id, unit_id, scheme_id, scores, remarks, known, total, attainment, actual, target,
           rank, open_items, inputs, version, grade);
