-- Everything that happened to a case, in its order: tasks opened, and the lines. $1 tenant, $2 case.
SELECT l.at, l.stage, l.what, l.person_id, coalesce(p.name, ''), l.for_person_id,
       coalesce(f.name, ''), l.outcome, l.reason,
       greatest(extract(epoch FROM l.at - l.opened_at), 0)::bigint, l.owner_id, coalesce(w.name, '')
FROM (
    SELECT t.opened_at AS at, t.stage, 'opened' AS what, 0::bigint AS person_id,
           0::bigint AS for_person_id, '' AS outcome, '' AS reason, t.opened_at, t.task_id,
           0::bigint AS line_id, 0::bigint AS owner_id
    FROM task t WHERE t.tenant_id = $1 AND t.case_id = $2
    UNION ALL
    SELECT h.at, t.stage, h.what, h.person_id, h.for_person_id, h.outcome, h.reason,
           coalesce((SELECT max(s.opened_at) FROM seat s
                     WHERE s.tenant_id = $1 AND s.task_id = h.task_id AND s.owner_id = h.owner_id
                       AND s.opened_at <= h.at), t.opened_at),
           h.task_id, h.line_id, h.owner_id
    FROM history h JOIN task t ON t.tenant_id = $1 AND t.task_id = h.task_id
    WHERE h.tenant_id = $1 AND h.case_id = $2) l
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = l.person_id
LEFT JOIN org_person f ON f.tenant_id = $1 AND f.person_id = l.for_person_id
LEFT JOIN org_person w ON w.tenant_id = $1 AND w.person_id = l.owner_id
ORDER BY l.at, l.task_id, l.line_id
