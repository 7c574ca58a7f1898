-- Takes timers that are due, of each task the earliest one; a task that somebody is deciding just now
-- keeps its timers until it is seen what became of it, and those of a cycle that is being planned anew
-- rest until that is done. $1 tenant, $2 now.
WITH moving AS MATERIALIZED (
    SELECT r.cycle_id FROM replan r WHERE r.tenant_id = $1
), due AS MATERIALIZED (
    SELECT x.task_id, x.kind, x.step, x.due_at FROM timer x
    WHERE x.tenant_id = $1 AND x.due_at <= $2
      AND (NOT EXISTS (SELECT FROM moving)
           OR NOT EXISTS (SELECT FROM task t JOIN moving m ON m.cycle_id = t.cycle_id
                          WHERE t.tenant_id = $1 AND t.task_id = x.task_id))
    ORDER BY x.due_at LIMIT 2000
    FOR UPDATE SKIP LOCKED
), first AS MATERIALIZED (
    SELECT DISTINCT ON (d.task_id) d.task_id, d.kind, d.step, d.due_at FROM due d
    ORDER BY d.task_id, d.due_at, d.kind, d.step
), held AS MATERIALIZED (
    SELECT f.task_id, f.kind, f.step, f.due_at
    FROM first f JOIN task t ON t.tenant_id = $1 AND t.task_id = f.task_id
    FOR UPDATE OF t SKIP LOCKED
), gone AS (
    DELETE FROM timer x USING held h
    WHERE x.tenant_id = $1 AND x.task_id = h.task_id AND x.kind = h.kind AND x.step = h.step
)
SELECT task_id, kind, step, due_at FROM held ORDER BY task_id
