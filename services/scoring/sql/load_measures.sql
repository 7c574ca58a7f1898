-- All measures of a tenant, for computing. $1 tenant.
SELECT measure_id, kind FROM measure WHERE tenant_id = $1 ORDER BY measure_id;
