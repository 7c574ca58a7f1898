-- Names of people and of units. $1 tenant, $2 people, $3 units.
SELECT 1, person_id, name FROM org_person WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
UNION ALL
SELECT 2, unit_id, name FROM org_unit WHERE tenant_id = $1 AND unit_id = ANY ($3::bigint[])
ORDER BY 1, 2
