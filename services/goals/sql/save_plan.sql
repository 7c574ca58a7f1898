-- Writes a version of a plan, new (id 0) or known; answers its id and version.
-- $1 tenant, $2 id or 0, $3 code, $4 name, $5 position, $6 unit, $7 person, $8 missing policy,
-- $9 total decimals, $10 effective from, $11 author, $12 author's person, $13 reason, $14 at,
-- $15 retired; of the items: $16 indicators, $17 weights, $18 full marks, $19 lower, $20 cap,
-- $21 threshold (-1 = none), $22 lower is better, $23 decimals, $24 the item as a
-- message, of every rule but a ratio (NULL = a ratio, in the columns);
-- $25 grade table and distribution as a message (NULL = none)
WITH head AS (
    INSERT INTO plan (tenant_id, plan_id, code, version)
    VALUES ($1, CASE WHEN $2 = 0 THEN nextval('plan_ids') ELSE $2 END, $3, 1)
    ON CONFLICT (tenant_id, plan_id) DO UPDATE SET
        version = plan.version + 1, code = excluded.code
    RETURNING plan_id, version
), saved AS (
    INSERT INTO plan_version (tenant_id, plan_id, version, name, position, unit_id, person_id,
                              missing_policy, total_decimals, effective_from, author,
                              author_person_id, reason, changed_at, retired,
                              grading)
    SELECT $1, plan_id, version, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $25
    FROM head
), items AS (
    INSERT INTO plan_item (tenant_id, plan_id, version, ordinal, indicator_id, weight, full_marks,
                           lower, cap, threshold, lower_is_better, decimals, rule)
    SELECT $1, head.plan_id, head.version, i.ordinal, i.indicator_id, i.weight, r.full_marks,
           r.lower, r.cap, r.threshold, r.lower_is_better, r.decimals, i.rule
    FROM head,
         unnest($16::bigint[], $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[],
                $21::numeric[], $22::bigint[], $23::bigint[], $24::bytea[])
             WITH ORDINALITY AS i (indicator_id, weight, full_marks, lower, cap, threshold,
                                   lower_is_better, decimals, rule, ordinal)
    LEFT JOIN LATERAL (
        SELECT i.full_marks, i.lower, i.cap, nullif(i.threshold, -1) AS threshold,
               i.lower_is_better, i.decimals
        WHERE i.rule IS NULL) AS r ON true
)
SELECT plan_id, version FROM head
