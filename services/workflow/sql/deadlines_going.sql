-- Deadlines of the open tasks of some stages of a cycle, those together that are the same and were
-- counted from the same minute: that of the opening, in a sequence of the turn. $1 tenant, $2 cycle,
-- $3 stages.
SELECT x.stage, x.began, x.due_at, count(*)
FROM (SELECT t.stage, t.due_at, date_trunc('minute', CASE
                 WHEN t.mode = 4 THEN (SELECT max(s.opened_at) FROM seat s
                                       WHERE s.tenant_id = $1 AND s.task_id = t.task_id AND s.state = 2)
                 ELSE t.opened_at END) AS began
      FROM task t
      WHERE t.tenant_id = $1 AND t.cycle_id = $2 AND t.state = 1 AND t.stage = ANY ($3::text[])) x
GROUP BY x.stage, x.began, x.due_at
ORDER BY x.stage, x.began, x.due_at
