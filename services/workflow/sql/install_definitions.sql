-- The shipped definitions, for a tenant that has none of the code. $1 tenant, arrays: $2 codes,
-- $3 names, $4 English names, $5 purposes, $6 periods, $7 approval, $8 YAML; $9 now.
INSERT INTO definition (tenant_id, code, version, name, name_en, purpose, period, approval, yaml,
                        author, author_person_id, saved_at, reason)
SELECT $1::bigint, d.code, 1, d.name, d.name_en, d.purpose, d.period, d.approval, d.yaml,
       'workflow', 0, $9::timestamptz, '随产品提供 shipped'
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[])
     AS d (code, name, name_en, purpose, period, approval, yaml)
WHERE NOT EXISTS (SELECT FROM definition o WHERE o.tenant_id = $1 AND o.code = d.code)
ON CONFLICT (tenant_id, code, version) DO NOTHING
