-- Makes or changes people. $1 tenant, arrays: $2 ids, $3 codes, $4 names, $5 mail addresses,
-- $6 mobiles, $7 managers, $8 employed from, $9 employed to, $10 languages, $11 versions
INSERT INTO person (tenant_id, id, code, name, email, mobile, manager_id, employed_from,
                    employed_to, language, version)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::bigint[], $8::date[], $9::date[], $10::text[], $11::bigint[])
ON CONFLICT (tenant_id, id) DO UPDATE
SET code = excluded.code, name = excluded.name, email = excluded.email, mobile = excluded.mobile,
    manager_id = excluded.manager_id, employed_from = excluded.employed_from,
    employed_to = excluded.employed_to, language = excluded.language, version = excluded.version
