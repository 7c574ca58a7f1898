-- New schemes. $1 tenant, $2 contents, $3 indicators, $4 weights, $5 plans, $6 their versions (each
-- an array as text), $7 places of the total, $8 plan of the grade table, $9 its version, $10 codes of
-- the table, $11 coefficients (arrays as text).
INSERT INTO scheme (tenant_id, content, indicator_ids, weights, plan_ids, plan_versions,
                    total_decimals, grade_plan_id, grade_plan_version, grade_codes, coefficients)
SELECT $1, content, indicator_ids::bigint[], weights::numeric[], plan_ids::bigint[],
       plan_versions::bigint[], total_decimals, grade_plan_id, grade_plan_version,
       grade_codes::text[], coefficients::numeric[]
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::text[], $11::text[])
     AS w (content, indicator_ids, weights, plan_ids, plan_versions, total_decimals, grade_plan_id,
           grade_plan_version, grade_codes, coefficients)
ORDER BY content
ON CONFLICT (tenant_id, content) DO NOTHING;
