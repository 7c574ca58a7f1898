-- One version of a plan with its items; 1 if it was news. $1 tenant, $2 plan, $3 version,
-- $4 effective from, $5 retired, $6 position, $7 unit, $8 person, $9 missing policy, $10 places of
-- the total, $11 name, $12 the message, then by item: $13 indicator, $14 weight, $15 full marks,
-- $16 lower, $17 cap, $18 has a threshold, $19 threshold, $20 lower is better, $21 decimals,
-- $22 the item as a message, of every rule but a ratio (NULL = a ratio, in the columns),
-- $23 has a grade table, $24 a condition in it looks back at earlier periods.
WITH stored AS (
    INSERT INTO plan_version (tenant_id, plan_id, version, effective_from, retired, position,
                              unit_id, person_id, missing_policy, total_decimals, name, body,
                              graded, looks_back)
    VALUES ($1, $2, $3, $4::date, $5, $6, $7, $8, $9::bigint, $10::bigint, $11, $12, $23, $24)
    ON CONFLICT (tenant_id, plan_id, version) DO NOTHING
    RETURNING tenant_id, plan_id, version
), items AS (
    INSERT INTO plan_item (tenant_id, plan_id, version, indicator_id, weight, full_marks, lower,
                           cap, threshold, lower_is_better, decimals, rule)
    SELECT s.tenant_id, s.plan_id, s.version, w.indicator_id, w.weight, r.full_marks, r.lower,
           r.cap, r.threshold, r.lower_is_better, w.decimals, w.rule
    FROM stored AS s,
         unnest($13::bigint[], $14::numeric[], $15::numeric[], $16::numeric[], $17::numeric[],
                $18::boolean[], $19::numeric[], $20::bigint[], $21::bigint[], $22::bytea[])
         AS w (indicator_id, weight, full_marks, lower, cap, has_threshold, threshold,
               lower_is_better, decimals, rule)
    LEFT JOIN LATERAL (
        SELECT w.full_marks, w.lower, w.cap, w.lower_is_better,
               CASE WHEN w.has_threshold THEN w.threshold END AS threshold
        WHERE w.rule IS NULL) AS r ON true
)
SELECT count(*) FROM stored;
