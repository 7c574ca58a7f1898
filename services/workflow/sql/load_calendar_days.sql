-- The exceptions in the order of their dates. $1 tenant, $2 from, $3 to, inclusive.
SELECT day, working, name FROM calendar_day WHERE tenant_id = $1 AND day BETWEEN $2::date AND $3::date
ORDER BY day
