-- What a submission stood at when it went on last. $1 tenant, $2 submission.
SELECT version, records, amount FROM submission_version
WHERE tenant_id = $1 AND submission_id = $2
ORDER BY version DESC LIMIT 1
