-- Open tasks in which one of some people holds or owns a seat that is not done. $1 tenant,
-- $2 people, $3 above this task, $4 how many.
SELECT DISTINCT s.task_id FROM seat s
WHERE s.tenant_id = $1 AND s.state IN (1, 2) AND s.task_id > $3
  AND (s.holder_id = ANY ($2::bigint[]) OR s.owner_id = ANY ($2::bigint[]))
ORDER BY s.task_id LIMIT $4
