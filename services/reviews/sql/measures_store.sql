-- Measures of ratings as goals told of them; an older version never wins. $1 tenant, then by measure:
-- $2 id, $3 code, $4 name, $5 and $6 scale, $7 retired, $8 version.
INSERT INTO measure (tenant_id, measure_id, code, name, scale_min, scale_max, retired, version)
SELECT $1::bigint, m.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::numeric[], $6::numeric[],
                                   $7::boolean[], $8::bigint[]) AS m
ON CONFLICT (tenant_id, measure_id) DO UPDATE
SET code = excluded.code, name = excluded.name, scale_min = excluded.scale_min,
    scale_max = excluded.scale_max, retired = excluded.retired, version = excluded.version
WHERE measure.version < excluded.version
