-- $1 tenant, $2 submission. Newest first.
SELECT version, at, records, amount::text, delta::text, cause FROM submission_version
WHERE tenant_id = $1 AND submission_id = $2
ORDER BY version DESC
