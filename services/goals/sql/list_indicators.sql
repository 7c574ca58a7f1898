-- The tenant's indicators by id; how many targets each has, 0 or 1.
-- $1 tenant
SELECT i.indicator_id, i.version, i.code, i.name, i.name_en, i.class, i.unit_of_measure,
       i.direction, i.decimals, i.measure_id, i.is_primary, i.retired, i.additive,
       EXISTS (SELECT FROM sheet s WHERE s.tenant_id = $1 AND s.indicator_id = i.indicator_id)
FROM indicator i
WHERE i.tenant_id = $1
ORDER BY i.indicator_id
