-- How people and their units are called, in the order given. $1 tenant, $2 people, $3 their units.
SELECT coalesce(p.name, ''), coalesce(p.code, ''), coalesce(u.name, '')
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS w (person_id, unit_id, ordinal)
LEFT JOIN org_person AS p ON p.tenant_id = $1 AND p.person_id = w.person_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = w.unit_id
ORDER BY w.ordinal;
