-- A target by its id.
-- $1 tenant, $2 target
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch
FROM target t
WHERE t.tenant_id = $1 AND t.target_id = $2
