-- Open tasks in which one of some people holds or owns a seat that is not done, in the order of their
-- ids. $1 tenant, $2 people, $3 above this task, $4 how many.
SELECT DISTINCT x.task_id
FROM unnest($2::bigint[]) AS p (person_id), LATERAL (
    (SELECT s.task_id FROM seat s
     WHERE s.tenant_id = $1 AND s.state IN (1, 2) AND s.holder_id = p.person_id AND s.task_id > $3
     ORDER BY s.task_id LIMIT $4)
    UNION ALL
    (SELECT s.task_id FROM seat s
     WHERE s.tenant_id = $1 AND s.state IN (1, 2) AND s.owner_id = p.person_id AND s.task_id > $3
     ORDER BY s.task_id LIMIT $4)) x
ORDER BY x.task_id LIMIT $4
