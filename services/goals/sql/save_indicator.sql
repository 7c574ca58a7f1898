-- Writes an indicator, new (id 0) or changed; answers its id and version.
-- $1 tenant, $2 id or 0, $3 code, $4 name, $5 name_en, $6 class, $7 unit of measure, $8 direction,
-- $9 decimals, $10 measure, $11 primary, $12 retired, $13 additive
INSERT INTO indicator (tenant_id, indicator_id, version, code, name, name_en, class,
                       unit_of_measure, direction, decimals, measure_id, is_primary, retired,
                       additive)
VALUES ($1, CASE WHEN $2 = 0 THEN nextval('indicator_ids') ELSE $2 END, 1, $3, $4, $5, $6, $7, $8,
        $9, $10, $11, $12, $13)
ON CONFLICT (tenant_id, indicator_id) DO UPDATE SET
    version = indicator.version + 1, code = excluded.code, name = excluded.name,
    name_en = excluded.name_en, class = excluded.class,
    unit_of_measure = excluded.unit_of_measure, direction = excluded.direction,
    decimals = excluded.decimals, measure_id = excluded.measure_id,
    is_primary = excluded.is_primary, retired = excluded.retired, additive = excluded.additive
RETURNING indicator_id, version
