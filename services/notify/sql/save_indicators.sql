-- $1 tenant, arrays: $2 ids, $3 names, $4 English names, $5 decimals, $6 versions
INSERT INTO indicator (tenant_id, id, name, name_en, decimals, version)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
ON CONFLICT (tenant_id, id) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, decimals = excluded.decimals,
    version = excluded.version
WHERE indicator.version < excluded.version
