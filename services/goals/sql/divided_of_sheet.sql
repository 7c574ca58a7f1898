-- The divided targets of an indicator and a period.
-- $1 tenant, $2 indicator, $3 period
SELECT target_id FROM target_division
WHERE tenant_id = $1 AND indicator_id = $2 AND period = $3
ORDER BY target_id
