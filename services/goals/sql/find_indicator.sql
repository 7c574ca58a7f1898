-- What a target must know of its indicator.
-- $1 tenant, $2 indicator
SELECT name, direction, decimals, additive, retired
FROM indicator
WHERE tenant_id = $1 AND indicator_id = $2
