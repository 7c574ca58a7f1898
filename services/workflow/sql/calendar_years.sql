-- The years of which exceptions are known. $1 tenant.
SELECT DISTINCT extract(year FROM day)::int FROM calendar_day WHERE tenant_id = $1 ORDER BY 1
