-- Targets of some owners for an indicator and a period.
-- $1 tenant, $2 indicator, $3 period, $4 owners' kinds, $5 owners
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.parent_id, t.version,
       t.pinned, t.over_assignment_allowed, t.value, t.floor, t.stretch
FROM unnest($4::bigint[], $5::bigint[]) AS o (kind, id)
JOIN target t ON t.tenant_id = $1 AND t.owner_kind = o.kind AND t.owner_id = o.id
             AND t.period = $3 AND t.indicator_id = $2
ORDER BY t.owner_kind, t.owner_id
