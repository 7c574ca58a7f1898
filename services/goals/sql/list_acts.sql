-- Acts on targets of an indicator and a period, newest first.
-- $1 tenant, $2 indicator, $3 period, $4 ids below this one, $5 limit
SELECT adjustment_id, act, author, reason, effective_on, at, changed
FROM adjustment
WHERE tenant_id = $1 AND indicator_id = $2 AND period = $3 AND adjustment_id < $4
ORDER BY adjustment_id DESC
LIMIT $5
