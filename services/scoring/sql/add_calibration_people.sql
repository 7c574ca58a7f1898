-- The people of a session. $1 tenant, $2 session, then by person: $3 id, $4 unit, $5 pool, $6 total,
-- $7 places, $8 grade by the table, $9 suggested, $10 highest that a veto allows, $11 tied.
INSERT INTO calibration_person (tenant_id, calibration_id, person_id, unit_id, pool, total, places,
                                table_grade, suggested, grade, held, tied)
SELECT $1, $2, person_id, unit_id, pool, total, places, table_grade, suggested, suggested, held,
       tied
FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::boolean[])
     AS w (person_id, unit_id, pool, total, places, table_grade, suggested, held, tied);
