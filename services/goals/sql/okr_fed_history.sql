-- How the fed values of an objective went, newest first. $1 tenant, $2 objective, $3 limit
SELECT key_result_id, day, value, score, at
FROM fed_value
WHERE tenant_id = $1 AND objective_id = $2
ORDER BY day DESC, key_result_id
LIMIT $3
