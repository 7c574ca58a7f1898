-- The tenant's measures by id, each with its filters as parallel arrays; one filter's values are
-- joined by the ASCII unit separator, which no value may contain.
-- $1 tenant
SELECT m.measure_id, m.version, m.code, m.name, m.kind, m.field,
       coalesce(m.numerator_id, 0), coalesce(m.denominator_id, 0), m.repeat_only, m.retired,
       coalesce(f.dimensions, '{}'), coalesce(f.excludes, '{}'), coalesce(f."values", '{}'),
       m.made_of, m.enterer_ids, m.heads_enter, m.scale_min, m.scale_max, m.formula, m.first_only
FROM measure m
LEFT JOIN LATERAL (
    SELECT array_agg(x.dimension ORDER BY x.ordinal) AS dimensions,
           array_agg(x.exclude::int::bigint ORDER BY x.ordinal) AS excludes,
           array_agg(array_to_string(x."values", E'\x1f') ORDER BY x.ordinal) AS "values"
    FROM measure_filter x
    WHERE x.tenant_id = $1 AND x.measure_id = m.measure_id
) f ON true
WHERE m.tenant_id = $1
ORDER BY m.measure_id
