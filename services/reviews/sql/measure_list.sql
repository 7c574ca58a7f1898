-- Measures that ratings can become. $1 tenant, $2 this one alone; 0 = all.
SELECT measure_id, name, code, scale_min, scale_max FROM measure
WHERE tenant_id = $1 AND NOT retired AND ($2::bigint = 0 OR measure_id = $2) ORDER BY measure_id
