-- Every version of a definition, newest first. $1 tenant, $2 code.
SELECT code, version, name, name_en, purpose, period, approval, author, saved_at, reason
FROM definition WHERE tenant_id = $1 AND code = $2
ORDER BY version DESC
