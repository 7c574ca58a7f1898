-- All measures of a tenant, for computing. $1 tenant.
SELECT measure_id, kind, body FROM measure WHERE tenant_id = $1 ORDER BY measure_id;
