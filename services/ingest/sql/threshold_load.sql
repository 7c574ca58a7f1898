-- $1 tenant.
SELECT day_factor, period_factor, least_amount, every_day, every_person, positions
FROM threshold WHERE tenant_id = $1
