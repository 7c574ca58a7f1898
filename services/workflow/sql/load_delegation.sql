-- $1 tenant, $2 delegation.
SELECT d.delegation_id, d.person_id, coalesce(p.name, ''), d.to_person_id, coalesce(t.name, ''),
       d.first_day, d.last_day, d.reason, d.began, d.ended
FROM delegation d
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.person_id
LEFT JOIN org_person t ON t.tenant_id = $1 AND t.person_id = d.to_person_id
WHERE d.tenant_id = $1 AND d.delegation_id = $2
FOR UPDATE OF d
