-- Writes a measure, new (id 0) or changed, with its filters; answers its id and version.
-- $1 tenant, $2 id or 0, $3 code, $4 name, $5 kind, $6 field, $7 numerator or 0, $8 denominator
-- or 0, $9 repeat_only, $10 retired, $11 dimensions, $12 excludes, $13 values, each list joined by
-- the ASCII unit separator; $14 what it is made of, $15 who enters values, $16 heads do, $17 and
-- $18 its scale, $19 its formula, $20 first_only
WITH saved AS (
    INSERT INTO measure (tenant_id, measure_id, version, code, name, kind, field, numerator_id,
                         denominator_id, repeat_only, retired, made_of, enterer_ids, heads_enter,
                         scale_min, scale_max, formula, first_only)
    VALUES ($1, CASE WHEN $2 = 0 THEN nextval('measure_ids') ELSE $2 END, 1, $3, $4, $5, $6,
            nullif($7, 0), nullif($8, 0), $9, $10, $14, $15, $16, $17, $18, $19, $20)
    ON CONFLICT (tenant_id, measure_id) DO UPDATE SET
        version = measure.version + 1, code = excluded.code, name = excluded.name,
        kind = excluded.kind, field = excluded.field, numerator_id = excluded.numerator_id,
        denominator_id = excluded.denominator_id, repeat_only = excluded.repeat_only,
        retired = excluded.retired, made_of = excluded.made_of,
        enterer_ids = excluded.enterer_ids, heads_enter = excluded.heads_enter,
        scale_min = excluded.scale_min, scale_max = excluded.scale_max,
        formula = excluded.formula, first_only = excluded.first_only
    RETURNING measure_id, version
), filters AS (
    SELECT f.ordinal, f.dimension, f.exclude,
           -- of no text string_to_array makes no element, and one is meant: ""
           coalesce(nullif(string_to_array(f."values", E'\x1f'), '{}'), '{""}') AS "values"
    FROM unnest($11::text[], $12::boolean[], $13::text[])
        WITH ORDINALITY AS f (dimension, exclude, "values", ordinal)
), gone AS (
    DELETE FROM measure_filter
    WHERE tenant_id = $1 AND measure_id = $2 AND ordinal > (SELECT count(*) FROM filters)
), kept AS (
    INSERT INTO measure_filter (tenant_id, measure_id, ordinal, dimension, exclude, "values")
    SELECT $1, saved.measure_id, f.ordinal, f.dimension, f.exclude, f."values"
    FROM saved, filters f
    ON CONFLICT (tenant_id, measure_id, ordinal) DO UPDATE SET
        dimension = excluded.dimension, exclude = excluded.exclude, "values" = excluded."values"
)
SELECT measure_id, version FROM saved
