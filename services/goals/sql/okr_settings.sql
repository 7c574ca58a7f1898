-- The tenant's zones, if somebody has saved them. $1 tenant
SELECT version, commit_score, target_score, check_in_days, author, changed_at, manager_after_days
FROM okr_settings
WHERE tenant_id = $1
ORDER BY version DESC
LIMIT 1
