-- Objectives to look at now, and nobody else does; 1900-01-01: never told. $1 tenant, $2 now, $3 at most
SELECT objective_id, coalesce(reminded_on, '1900-01-01'), coalesce(manager_on, '1900-01-01')
FROM check_in_timer
WHERE tenant_id = $1 AND due_at <= $2
ORDER BY due_at, objective_id
LIMIT $3
FOR UPDATE SKIP LOCKED
