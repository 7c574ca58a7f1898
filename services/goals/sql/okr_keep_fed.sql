-- Values that were fed, as they are on this day; what is as it was is not written again.
-- $1 tenant, $2 day, $3 at, each parallel: $4 objectives, $5 key results, $6 values ("" = no data),
-- $7 scores
INSERT INTO fed_value AS kept (tenant_id, objective_id, key_result_id, day, value, score, at)
SELECT $1, w.objective_id, w.key_result_id, $2, nullif(w.value, '')::numeric, w.score, $3
FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::numeric[])
     AS w (objective_id, key_result_id, value, score)
ORDER BY w.objective_id, w.key_result_id
ON CONFLICT (tenant_id, objective_id, key_result_id, day) DO UPDATE
SET value = excluded.value, score = excluded.score, at = excluded.at
WHERE (kept.value, kept.score) IS DISTINCT FROM (excluded.value, excluded.score)
