-- The tenant's measure of a kind that there is one of, not retired. $1 tenant, $2 made of
SELECT measure_id
FROM measure
WHERE tenant_id = $1 AND made_of = $2 AND NOT retired
ORDER BY measure_id
LIMIT 1
