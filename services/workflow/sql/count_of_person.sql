-- How many tasks a person can decide now, and how many of them are past their deadline. $1 tenant,
-- $2 person.
SELECT count(DISTINCT t.task_id), count(DISTINCT t.task_id) FILTER (WHERE t.overdue)
FROM seat s JOIN task t ON t.tenant_id = $1 AND t.task_id = s.task_id
WHERE s.tenant_id = $1 AND s.holder_id = $2 AND s.state = 2 AND s.state IN (1, 2) AND t.state = 1
