-- Some cycles with their counts. $1 tenant, $2 cycles, $3 of units below this one alone (0: all).
SELECT c.cycle_id, c.name, c.definition, c.definition_version, c.unit_id, c.period, c.state,
       c.started_at, c.closed_at, c.author, c.author_person_id, c.track, c.tracks, c.cases_planned,
       c.cases_opened, c.version, c.reason, c.approval, c.launch_after,
       coalesce(s.done, 0)::bigint, coalesce(s.open, 0)::bigint, coalesce(s.overdue, 0)::bigint,
       coalesce(u.name, '')
FROM cycle c
LEFT JOIN org_unit u ON u.tenant_id = c.tenant_id AND u.unit_id = c.unit_id
LEFT JOIN LATERAL (
    SELECT sum(t.done) AS done, sum(t.open) AS open, sum(t.overdue) AS overdue
    FROM tally t WHERE t.tenant_id = c.tenant_id AND t.cycle_id = c.cycle_id AND ($3::bigint = 0 OR t.unit_id IN (
        SELECT w.unit_id FROM org_unit_tree w WHERE w.tenant_id = $1 AND w.ancestor_id = $3))) s ON true
WHERE c.tenant_id = $1 AND c.cycle_id = ANY ($2::bigint[])
ORDER BY c.cycle_id DESC
