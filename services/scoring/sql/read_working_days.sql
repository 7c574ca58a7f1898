-- Days that are not as their weekday says. $1 tenant, $2 first day, $3 last day.
SELECT day, working FROM working_day
WHERE tenant_id = $1 AND day BETWEEN $2::date AND $3::date
ORDER BY day;
