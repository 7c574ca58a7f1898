-- Measures as goals told them; how many were news? $1 tenant, then by measure: $2 id, $3 version,
-- $4 kind, $5 the message.
WITH stored AS (
    INSERT INTO measure (tenant_id, measure_id, version, kind, body)
    SELECT DISTINCT ON (measure_id) $1, measure_id, version, kind, body
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])
         AS w (measure_id, version, kind, body)
    ORDER BY measure_id, version DESC
    ON CONFLICT (tenant_id, measure_id) DO UPDATE
    SET version = excluded.version, kind = excluded.kind, body = excluded.body
    WHERE measure.version < excluded.version
    RETURNING 1
)
SELECT count(*) FROM stored;
