-- How many open tasks there are in which one of some people holds or owns a seat that is not done.
-- $1 tenant, $2 people, $3 above this task.
SELECT count(*) FROM (
    SELECT s.task_id FROM seat s
    WHERE s.tenant_id = $1 AND s.state IN (1, 2) AND s.holder_id = ANY ($2::bigint[])
      AND s.task_id > $3
    UNION
    SELECT s.task_id FROM seat s
    WHERE s.tenant_id = $1 AND s.state IN (1, 2) AND s.owner_id = ANY ($2::bigint[])
      AND s.task_id > $3) x
