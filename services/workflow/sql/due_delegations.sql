-- Delegations that begin or end by now. $1 tenant, $2 now.
SELECT d.delegation_id, d.person_id, coalesce(p.name, ''), d.to_person_id, coalesce(t.name, ''),
       d.first_day, d.last_day, d.reason, d.began, d.ended
FROM delegation d
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.person_id
LEFT JOIN org_person t ON t.tenant_id = $1 AND t.person_id = d.to_person_id
WHERE d.tenant_id = $1 AND d.turn_at <= $2
ORDER BY d.turn_at, d.delegation_id LIMIT 20
FOR UPDATE OF d SKIP LOCKED
