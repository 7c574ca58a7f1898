-- Tenants with objectives to look at. $1 now
SELECT * FROM check_in_tenants($1) ORDER BY 1
