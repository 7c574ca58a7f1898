-- Measures as goals told them; how many were news? $1 tenant, then by measure: $2 id, $3 version,
-- $4 kind, $5 the message, $6 its formula looks back, $7 counts heads, $8 is a formula.
WITH stored AS (
    INSERT INTO measure (tenant_id, measure_id, version, kind, body, looks_back, counts_heads,
                         is_formula)
    SELECT DISTINCT ON (measure_id) $1, measure_id, version, kind, body, looks_back, counts_heads,
           is_formula
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::boolean[],
                $7::boolean[], $8::boolean[])
         AS w (measure_id, version, kind, body, looks_back, counts_heads, is_formula)
    ORDER BY measure_id, version DESC
    ON CONFLICT (tenant_id, measure_id) DO UPDATE
    SET version = excluded.version, kind = excluded.kind, body = excluded.body,
        looks_back = excluded.looks_back, counts_heads = excluded.counts_heads,
        is_formula = excluded.is_formula
    WHERE measure.version < excluded.version
    RETURNING 1
)
SELECT count(*) FROM stored;
