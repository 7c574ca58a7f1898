-- One version of a definition. $1 tenant, $2 code, $3 version (0: the newest).
SELECT code, version, name, name_en, purpose, period, approval, author, saved_at, reason, yaml
FROM definition
WHERE tenant_id = $1 AND code = $2 AND ($3::bigint = 0 OR version = $3)
ORDER BY version DESC LIMIT 1
