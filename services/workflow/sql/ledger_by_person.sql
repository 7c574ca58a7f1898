-- The delay ledger by whose right it was: seats decided, or open past their deadline. $1 tenant, $2 cycles, $3 unit and below (0: all), $4 everything, $5 roots of trees, $6 single
-- units,
-- $7 role that he must hold (0: any), $8 how many a cycle.
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
), figure AS (
    SELECT l.cycle_id, l.owner_id, count(*) AS count, count(*) FILTER (WHERE l.decided) AS count_1,
           count(*) FILTER (WHERE l.on_time) AS count_2,
           count(*) FILTER (WHERE l.at_once) AS count_3,
           count(*) FILTER (WHERE l.escalated) AS count_4,
           sum(l.reminders)::bigint AS sum, round(avg(l.lay))::bigint AS mean,
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY l.lay))::bigint AS median,
           max(l.lay)::bigint AS max
    FROM lain l
    WHERE $7::bigint = 0 OR EXISTS (SELECT FROM org_grant g WHERE g.tenant_id = $1
                                      AND g.person_id = l.owner_id AND g.role = $7)
    GROUP BY l.cycle_id, l.owner_id
), ranked AS (
    SELECT f.*, CASE WHEN f.median IS NULL THEN 0 ELSE rank() OVER (PARTITION BY f.cycle_id ORDER BY f.median NULLS LAST) END AS place,
           row_number() OVER (PARTITION BY f.cycle_id ORDER BY f.median NULLS LAST, f.owner_id) AS n
    FROM figure f
)
SELECT r.cycle_id, r.owner_id, '', coalesce(p.name, ''), r.count, r.count_1, r.count_2, r.count_3,
       r.count_4, r.sum, r.mean, r.median, r.max, r.place
FROM ranked r LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = r.owner_id
WHERE r.n <= $8
ORDER BY r.cycle_id DESC, r.n
