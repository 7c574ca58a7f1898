-- A cycle that is not to go on to its next track meanwhile. $1 tenant, $2 cycle.
SELECT c.cycle_id, c.name, c.definition, c.definition_version, c.unit_id, c.period, c.state,
       c.started_at, c.closed_at, c.author, c.author_person_id, c.track, c.tracks, c.cases_planned,
       c.cases_opened, c.version, c.reason, c.approval, c.launch_after
FROM cycle c WHERE c.tenant_id = $1 AND c.cycle_id = $2 FOR NO KEY UPDATE
