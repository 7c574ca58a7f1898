-- Cycles with their counts, newest first: those of units within the caller's reach, or above it (the
-- counts are then those within reach). $1 tenant, $2 open ones alone, $3 approvals, $4 how many,
-- $5 everything, $6 roots of trees, $7 single units.
WITH mine AS MATERIALIZED (
    SELECT t.unit_id FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($6::bigint[]) AND NOT $5::boolean
    UNION
    SELECT u FROM unnest($7::bigint[]) u WHERE NOT $5::boolean
)
SELECT c.cycle_id, c.name, c.definition, c.definition_version, c.unit_id, c.period, c.state,
       c.started_at, c.closed_at, c.author, c.author_person_id, c.track, c.tracks, c.cases_planned,
       c.cases_opened, c.version, c.reason, c.approval, c.launch_after,
       coalesce(s.done, 0)::bigint, coalesce(s.open, 0)::bigint, coalesce(s.overdue, 0)::bigint,
       coalesce(u.name, '')
FROM cycle c
LEFT JOIN org_unit u ON u.tenant_id = c.tenant_id AND u.unit_id = c.unit_id
LEFT JOIN LATERAL (
    SELECT sum(t.done) AS done, sum(t.open) AS open, sum(t.overdue) AS overdue
    FROM tally t WHERE t.tenant_id = c.tenant_id AND t.cycle_id = c.cycle_id AND ($5 OR t.unit_id IN (SELECT m.unit_id FROM mine m))) s ON true
WHERE c.tenant_id = $1 AND c.approval = $3 AND (NOT $2::boolean OR c.state IN (1, 2))
  AND ($5 OR c.unit_id IN (SELECT m.unit_id FROM mine m) OR EXISTS (
       SELECT FROM mine m JOIN org_unit_tree t ON t.tenant_id = $1 AND t.unit_id = m.unit_id
       WHERE t.ancestor_id = c.unit_id))
ORDER BY c.cycle_id DESC LIMIT $4
