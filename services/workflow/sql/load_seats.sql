-- $1 tenant, $2 tasks.
SELECT s.task_id, s.number, s.who, s.owner_id, coalesce(o.name, ''), s.holder_id,
       coalesce(h.name, ''), s.held_by, s.state, s.outcome, s.reason, s.decided_by_id,
       coalesce(d.name, ''), s.opened_at, s.decided_at, s.rung, s.reminders
FROM seat s
LEFT JOIN org_person o ON o.tenant_id = $1 AND o.person_id = s.owner_id
LEFT JOIN org_person h ON h.tenant_id = $1 AND h.person_id = s.holder_id
LEFT JOIN org_person d ON d.tenant_id = $1 AND d.person_id = s.decided_by_id AND s.decided_by_id > 0
WHERE s.tenant_id = $1 AND s.task_id = ANY ($2::bigint[])
ORDER BY s.task_id, s.number
