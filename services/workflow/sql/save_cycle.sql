-- A cycle that is about to be launched. $1 tenant, $2 name, $3 definition, $4 its version, $5 unit,
-- $6 period, $7 now, $8 account, $9 person, $10 tracks, $11 cases planned, $12 reason, $13 approval.
INSERT INTO cycle AS c (tenant_id, name, definition, definition_version, unit_id, period, state,
                        started_at, author, author_person_id, track, tracks, cases_planned,
                        cases_opened, launch_after, version, reason, approval)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, 0, $10, $11, 0, 0, 1, $12, $13)
RETURNING c.cycle_id, c.name, c.definition, c.definition_version, c.unit_id, c.period, c.state,
       c.started_at, c.closed_at, c.author, c.author_person_id, c.track, c.tracks, c.cases_planned,
       c.cases_opened, c.version, c.reason, c.approval, c.launch_after
