-- The periods that have targets or actuals, latest first. $1 tenant.
SELECT period FROM period WHERE tenant_id = $1 ORDER BY last_day DESC, first_day, period;
