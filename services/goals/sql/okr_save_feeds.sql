-- Which measures feed the key results of an objective from now on.
-- $1 tenant, $2 objective, each parallel: $3 key results, $4 measures; $5 owner's kind, $6 owner, $7 period
WITH wanted AS (
    SELECT * FROM unnest($3::bigint[], $4::bigint[]) AS w (key_result_id, measure_id)
), gone AS (
    DELETE FROM key_result_feed
    WHERE tenant_id = $1 AND objective_id = $2
      AND key_result_id NOT IN (SELECT key_result_id FROM wanted)
)
INSERT INTO key_result_feed (tenant_id, objective_id, key_result_id, measure_id, owner_kind, owner_id,
                             period)
SELECT $1, $2, key_result_id, measure_id, $5, $6, $7 FROM wanted
ON CONFLICT (tenant_id, objective_id, key_result_id) DO UPDATE SET measure_id = excluded.measure_id
