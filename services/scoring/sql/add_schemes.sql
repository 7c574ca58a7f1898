-- New schemes. $1 tenant, $2 contents, $3 indicators, $4 weights, $5 plans, $6 their versions (each
-- an array as text), $7 places of the total.
INSERT INTO scheme (tenant_id, content, indicator_ids, weights, plan_ids, plan_versions,
                    total_decimals)
SELECT $1, content, indicator_ids::bigint[], weights::numeric[], plan_ids::bigint[],
       plan_versions::bigint[], total_decimals
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
     AS w (content, indicator_ids, weights, plan_ids, plan_versions, total_decimals)
ORDER BY content
ON CONFLICT (tenant_id, content) DO NOTHING;
