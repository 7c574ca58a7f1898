-- What is aligned to an objective, and not cancelled. $1 tenant, $2 objective, $3 limit
SELECT l.objective_id
FROM objective_link l
JOIN objective o ON o.tenant_id = $1 AND o.objective_id = l.objective_id AND o.state <> 3
WHERE l.tenant_id = $1 AND l.to_id = $2
ORDER BY l.up DESC, l.objective_id
LIMIT $3
