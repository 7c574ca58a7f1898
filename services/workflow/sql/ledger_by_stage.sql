-- The delay ledger by stage. $1 tenant, $2 cycles, $3 unit and below (0: all), $4 everything, $5 roots of trees, $6 single
-- units.
WITH reach AS MATERIALIZED (
    SELECT DISTINCT w.unit_id FROM org_unit_tree w
    WHERE w.tenant_id = $1 AND ($3::bigint = 0 OR w.ancestor_id = $3)
      AND ($4::boolean OR w.unit_id = ANY ($6::bigint[]) OR EXISTS (
           SELECT FROM org_unit_tree t WHERE t.tenant_id = $1 AND t.unit_id = w.unit_id
             AND t.ancestor_id = ANY ($5::bigint[])))
), lain AS (
    SELECT t.cycle_id, t.stage, t.unit_id, s.owner_id, s.state = 3 AS decided,
           s.state = 3 AND s.decided_at <= coalesce(s.due_at, t.due_at) AS on_time,
           s.state = 3 AND s.reminders = 0 AND s.decided_at <= coalesce(s.due_at, t.due_at) AS at_once,
           s.rung > 0 AS escalated, s.reminders,
           CASE WHEN s.state = 3 THEN extract(epoch FROM s.decided_at - s.opened_at) END AS lay
    FROM task t
    JOIN seat s ON s.tenant_id = $1 AND s.task_id = t.task_id
    WHERE t.tenant_id = $1 AND t.cycle_id = ANY ($2::bigint[]) AND t.state IN (1, 2)
      AND t.unit_id IN (SELECT r.unit_id FROM reach r)
      AND (s.state = 3 OR s.state = 2 AND t.overdue)
)
SELECT l.cycle_id, 0::bigint, l.stage, '', count(*) AS count, count(*) FILTER (WHERE l.decided) AS count_1,
           count(*) FILTER (WHERE l.on_time) AS count_2,
           count(*) FILTER (WHERE l.at_once) AS count_3,
           count(*) FILTER (WHERE l.escalated) AS count_4,
           sum(l.reminders)::bigint AS sum, round(avg(l.lay))::bigint AS mean,
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY l.lay))::bigint AS median,
           max(l.lay)::bigint AS max, 0::bigint
FROM lain l
GROUP BY l.cycle_id, l.stage
ORDER BY l.cycle_id DESC, min(l.stage)
