-- $1 tenant, $2 cycle, $3 state, $4 closed at (or null), $5 track, $6 tracks, $7 cases planned,
-- $8 cases opened, $9 launched up to, $10 definition version.
UPDATE cycle
SET state = $3, closed_at = $4, track = $5, tracks = $6, cases_planned = $7, cases_opened = $8,
    launch_after = $9, definition_version = $10, version = version + 1
WHERE tenant_id = $1 AND cycle_id = $2
RETURNING version
