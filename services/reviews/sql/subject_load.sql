-- $1 tenant, $2 round, $3 person.
SELECT s.unit_id, s.manager_id, p.name, coalesce(u.name, '')
FROM subject s JOIN org_person p ON p.tenant_id = $1 AND p.person_id = s.person_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
WHERE s.tenant_id = $1 AND s.round_id = $2 AND s.person_id = $3
