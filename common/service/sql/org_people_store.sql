-- Stores people as org told them, and answers whom: older versions are left out. $1 tenant; $2 ids,
-- $3 codes, $4 names, $5 e-mails, $6 mobiles, $7 languages, $8 managers (0: none), $9 employed from,
-- $10 employed to, $11 versions.
INSERT INTO org_person (tenant_id, person_id, code, name, email, mobile, language, manager_id,
                        employed_from, employed_to, version)
SELECT $1::bigint, p.id, p.code, p.name, p.email, p.mobile, p.language, nullif(p.manager_id, 0),
       p.employed_from, p.employed_to, p.version
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::date[], $10::date[], $11::bigint[])
     AS p (id, code, name, email, mobile, language, manager_id, employed_from, employed_to, version)
ON CONFLICT (tenant_id, person_id) DO UPDATE
SET code = excluded.code, name = excluded.name, email = excluded.email, mobile = excluded.mobile,
    language = excluded.language, manager_id = excluded.manager_id,
    employed_from = excluded.employed_from, employed_to = excluded.employed_to,
    version = excluded.version
WHERE excluded.version >= org_person.version
RETURNING person_id
