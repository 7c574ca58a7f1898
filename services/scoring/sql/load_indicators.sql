-- All indicators of a tenant. $1 tenant.
SELECT indicator_id, measure_id, direction, is_primary, retired, decimals, name, name_en,
       unit_of_measure, additive
FROM indicator WHERE tenant_id = $1 ORDER BY indicator_id;
