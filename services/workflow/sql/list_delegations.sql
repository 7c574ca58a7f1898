-- Of a person and to him, the newest first. $1 tenant, $2 person.
SELECT d.delegation_id, d.person_id, coalesce(p.name, ''), d.to_person_id, coalesce(t.name, ''),
       d.first_day, d.last_day, d.reason, d.began, d.ended
FROM delegation d
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.person_id
LEFT JOIN org_person t ON t.tenant_id = $1 AND t.person_id = d.to_person_id
WHERE d.tenant_id = $1 AND $2::bigint IN (d.person_id, d.to_person_id)
ORDER BY d.first_day DESC, d.delegation_id DESC LIMIT 200
