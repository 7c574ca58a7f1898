-- Makes or changes units. $1 tenant, then arrays of the same length: $2 ids, $3 codes, $4 starts,
-- $5 ends, $6 versions
INSERT INTO unit (tenant_id, id, code, starts, ends, version)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::date[], $5::date[], $6::bigint[])
ON CONFLICT (tenant_id, id) DO UPDATE
SET code = excluded.code, starts = excluded.starts, ends = excluded.ends,
    version = excluded.version
