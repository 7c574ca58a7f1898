-- The newest version of each definition. $1 tenant.
SELECT DISTINCT ON (code) code, version, name, name_en, purpose, period, approval, author, saved_at,
       reason
FROM definition WHERE tenant_id = $1
ORDER BY code, version DESC
