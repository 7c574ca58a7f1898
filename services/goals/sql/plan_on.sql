-- The version of a plan that is in force on a day.
-- $1 tenant, $2 plan, $3 day
SELECT version
FROM plan_version
WHERE tenant_id = $1 AND plan_id = $2 AND effective_from <= $3
ORDER BY effective_from DESC, version DESC
LIMIT 1
