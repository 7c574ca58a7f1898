-- The same for people whose items stayed as they were: another weight, or only another rank.
-- $1 tenant, $2 period, $3 now, then by person: $4 id, $5 scheme, $6 total known, $7 total, $8 rank,
-- $9 version, $10 row of the grade table.
UPDATE score AS s
SET scheme_id = w.scheme_id, total = CASE WHEN known THEN w.total END, rank = w.rank,
    version = w.version, computed_at = $3::timestamptz, grade = w.grade
FROM unnest($4::bigint[], $5::bigint[], $6::boolean[], $7::numeric[], $8::bigint[], $9::bigint[],
            $10::bigint[])
     AS w (person_id, scheme_id, known, total, rank, version, grade)
WHERE s.tenant_id = $1 AND s.period = $2 AND s.person_id = w.person_id;
