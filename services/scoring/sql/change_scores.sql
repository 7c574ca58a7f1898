-- New scores of people who have one. Parameters as in add_scores.
UPDATE score AS s
SET unit_id = w.unit_id, scheme_id = w.scheme_id, scores = w.scores::numeric[],
    remarks = w.remarks, total = CASE WHEN known & 1 > 0 THEN w.total END,
    attainment = CASE WHEN known & 2 > 0 THEN w.attainment END,
    actual = CASE WHEN known & 4 > 0 THEN w.actual END,
    target = CASE WHEN known & 8 > 0 THEN w.target END,
    rank = w.rank, open_items = w.open_items, inputs = w.inputs, version = w.version,
    computed_at = $3::timestamptz, grade = w.grade
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bigint[],
            $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::bigint[],
            $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])
     AS w (person_id, unit_id, scheme_id, scores, remarks, known, total, attainment, actual, target,
           rank, open_items, inputs, version, grade)
WHERE s.tenant_id = $1 AND s.period = $2 AND s.person_id = w.person_id;
