-- Stores units as org told them. $1 tenant; $2 ids, $3 parents (0: none), $4 kinds, $5 codes,
-- $6 names, $7 valid from, $8 valid to, $9 versions.
INSERT INTO org_unit (tenant_id, unit_id, parent_id, kind, code, name, valid_from, valid_to, version)
SELECT $1::bigint, u.id, nullif(u.parent_id, 0), u.kind, u.code, u.name, u.valid_from, u.valid_to,
       u.version
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::date[],
            $8::date[], $9::bigint[])
     AS u (id, parent_id, kind, code, name, valid_from, valid_to, version)
ON CONFLICT (tenant_id, unit_id) DO UPDATE
SET parent_id = excluded.parent_id, kind = excluded.kind, code = excluded.code,
    name = excluded.name, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
    version = excluded.version
WHERE excluded.version >= org_unit.version
