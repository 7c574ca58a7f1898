-- $1 tenant.
SELECT body, told FROM measure WHERE tenant_id = $1 ORDER BY measure_id
