-- Owners come to spans that are not begun, made where there is none. $1 tenant; side by side: $2 kinds,
-- $3 owners, $4 first days, $5 last days; $6 now. Nobody else counts meanwhile.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT w.kind::smallint AS kind, w.id, w.from_on, w.to_on,
           w.from_on::text || '..' || w.to_on::text AS period
    FROM unnest($2::bigint[], $3::bigint[], $4::date[], $5::date[]) AS w (kind, id, from_on, to_on)
), fresh AS MATERIALIZED (
    SELECT w.* FROM wanted w
    WHERE NOT EXISTS (SELECT FROM span_owner o
                      WHERE o.tenant_id = $1 AND o.owner_kind = w.kind AND o.owner_id = w.id
                        AND o.period = w.period)
), touched AS (
    UPDATE span s SET touched_at = $6::timestamptz
    WHERE s.tenant_id = $1 AND s.built_on < s.from_on
      AND (s.from_on, s.to_on) IN (SELECT from_on, to_on FROM fresh)
    RETURNING s.span_id, s.from_on, s.to_on
), made AS (
    INSERT INTO span (tenant_id, from_on, to_on, built_on, built_id, touched_at)
    SELECT DISTINCT $1::bigint, from_on, to_on, from_on - 1, 9223372036854775807, $6::timestamptz
    FROM fresh WHERE (from_on, to_on) NOT IN (SELECT from_on, to_on FROM touched)
    RETURNING span_id, from_on, to_on
)
INSERT INTO span_owner (tenant_id, owner_kind, owner_id, period, span_id)
SELECT $1::bigint, f.kind, f.id, f.period, s.span_id
FROM fresh f
JOIN (SELECT * FROM touched UNION ALL SELECT * FROM made) s USING (from_on, to_on)
