-- A cycle to be looked at that no other replica looks at. $1 tenant.
SELECT c.cycle_id, c.name, c.definition, c.definition_version, c.unit_id, c.period, c.state,
       c.started_at, c.closed_at, c.author, c.author_person_id, c.track, c.tracks, c.cases_planned,
       c.cases_opened, c.version, c.reason, c.approval, c.launch_after
FROM cycle c
WHERE c.tenant_id = $1
  AND (c.state = 1 OR c.cycle_id IN (SELECT t.cycle_id FROM turn t WHERE t.tenant_id = $1))
ORDER BY c.cycle_id LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED
