-- Indicators as goals told them; how many were news? $1 tenant, then by indicator: $2 id,
-- $3 version, $4 name, $5 English name, $6 unit of measure, $7 direction, $8 decimals, $9 measure,
-- $10 primary, $11 retired, $12 additive.
WITH stored AS (
    INSERT INTO indicator (tenant_id, indicator_id, version, name, name_en, unit_of_measure,
                           direction, decimals, measure_id, is_primary, retired, additive)
    SELECT DISTINCT ON (indicator_id) $1, w.*
    FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                $8::bigint[], $9::bigint[], $10::boolean[], $11::boolean[],
                $12::boolean[])
         AS w (indicator_id, version, name, name_en, unit_of_measure, direction, decimals,
               measure_id, is_primary, retired, additive)
    ORDER BY indicator_id, version DESC
    ON CONFLICT (tenant_id, indicator_id) DO UPDATE
    SET version = excluded.version, name = excluded.name, name_en = excluded.name_en,
        unit_of_measure = excluded.unit_of_measure, direction = excluded.direction,
        decimals = excluded.decimals, measure_id = excluded.measure_id,
        is_primary = excluded.is_primary, retired = excluded.retired,
        additive = excluded.additive
    WHERE indicator.version < excluded.version
    RETURNING 1
)
SELECT count(*) FROM stored;
