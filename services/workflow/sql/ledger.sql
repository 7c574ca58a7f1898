-- The delay ledger: seats decided, or open past their deadline, added up by whose right it was, by
-- stage or by the subject's unit. $1 tenant, $2 cycles, $3 unit and below (0: all), $4 everything,
-- $5 roots of trees, $6 single units, $7 by what ('person', 'stage', 'unit'), $8 role that the person
-- must hold (0: any), $9 how many a cycle (of stages all).
WITH reach AS MATERIALIZED (
    SELECT DISTINCT w.unit_id FROM org_unit_tree w
    WHERE w.tenant_id = $1 AND ($3::bigint = 0 OR w.ancestor_id = $3)
      AND ($4::boolean OR w.unit_id = ANY ($6::bigint[]) OR EXISTS (
           SELECT FROM org_unit_tree t WHERE t.tenant_id = $1 AND t.unit_id = w.unit_id
             AND t.ancestor_id = ANY ($5::bigint[])))
), lain AS (
    SELECT t.cycle_id, s.owner_id, s.state = 3 AS decided,
           CASE $7::text WHEN 'person' THEN s.owner_id WHEN 'unit' THEN t.unit_id ELSE 0 END AS id,
           CASE $7 WHEN 'stage' THEN t.stage ELSE '' END AS code,
           s.state = 3 AND s.decided_at <= coalesce(s.due_at, t.due_at) AS on_time,
           s.rung > 0 AS escalated, s.reminders,
           CASE WHEN s.state = 3 THEN extract(epoch FROM s.decided_at - s.opened_at) END AS lay
    FROM task t
    JOIN seat s ON s.tenant_id = $1 AND s.task_id = t.task_id
    WHERE t.tenant_id = $1 AND t.cycle_id = ANY ($2::bigint[]) AND t.state IN (1, 2)
      AND t.unit_id IN (SELECT r.unit_id FROM reach r)
      AND (s.state = 3 OR s.state = 2 AND t.overdue)
), figure AS (
    SELECT l.cycle_id, l.id, l.code, count(*) AS count,
           count(*) FILTER (WHERE l.decided) AS decided,
           count(*) FILTER (WHERE l.on_time) AS on_time,
           count(*) FILTER (WHERE l.on_time AND l.reminders = 0) AS at_once,
           count(*) FILTER (WHERE l.escalated) AS escalated,
           sum(l.reminders)::bigint AS reminders, round(avg(l.lay))::bigint AS mean,
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY l.lay))::bigint AS median,
           max(l.lay)::bigint AS max
    FROM lain l
    WHERE $7 <> 'person' OR $8::bigint = 0 OR EXISTS (
          SELECT FROM org_grant g WHERE g.tenant_id = $1 AND g.person_id = l.owner_id AND g.role = $8)
    GROUP BY l.cycle_id, l.id, l.code
), ranked AS (
    SELECT f.*,
           CASE WHEN f.median IS NULL OR $7 = 'stage' THEN 0
                ELSE rank() OVER (PARTITION BY f.cycle_id ORDER BY f.median NULLS LAST) END AS place,
           row_number() OVER (PARTITION BY f.cycle_id
                              ORDER BY f.code, f.median NULLS LAST, f.id) AS n
    FROM figure f
)
SELECT r.cycle_id, r.id, r.code, coalesce(p.name, u.name, ''), r.count, r.decided, r.on_time, r.at_once,
       r.escalated, r.reminders, r.mean, r.median, r.max, r.place
FROM ranked r
LEFT JOIN org_person p ON $7 = 'person' AND p.tenant_id = $1 AND p.person_id = r.id
LEFT JOIN org_unit u ON $7 = 'unit' AND u.tenant_id = $1 AND u.unit_id = r.id
WHERE $7 = 'stage' OR r.n <= $9
ORDER BY r.cycle_id DESC, r.n
