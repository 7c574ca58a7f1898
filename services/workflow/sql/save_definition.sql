-- A new version, when the newest one is still the expected: otherwise no row. $1 tenant, $2 code,
-- $3 expected version, $4 name, $5 English name, $6 purpose, $7 period, $8 approval, $9 YAML,
-- $10 account, $11 person, $12 now, $13 reason.
INSERT INTO definition (tenant_id, code, version, name, name_en, purpose, period, approval, yaml,
                        author, author_person_id, saved_at, reason)
SELECT $1::bigint, $2::text, $3::bigint + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
WHERE (SELECT coalesce(max(version), 0) FROM definition WHERE tenant_id = $1 AND code = $2) = $3
ON CONFLICT (tenant_id, code, version) DO NOTHING
RETURNING version
