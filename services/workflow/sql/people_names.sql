-- $1 tenant, $2 people.
SELECT p.person_id, p.name, coalesce(u.name, '')
FROM org_person p
LEFT JOIN LATERAL (SELECT o.unit_id FROM org_post o WHERE o.tenant_id = $1
                   AND o.person_id = p.person_id AND o.main ORDER BY o.valid_to DESC LIMIT 1) o ON true
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = o.unit_id
WHERE p.tenant_id = $1 AND p.person_id = ANY ($2::bigint[])
