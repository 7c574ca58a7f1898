-- Every version of a target, newest first.
-- $1 tenant, $2 target
SELECT v.version, v.value, a.author, a.reason, a.effective_on, a.at, v.adjustment_id, a.policy
FROM target_version v
JOIN adjustment a ON a.tenant_id = $1 AND a.adjustment_id = v.adjustment_id
WHERE v.tenant_id = $1 AND v.target_id = $2
ORDER BY v.version DESC
