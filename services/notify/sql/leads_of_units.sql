-- Who leads some units, by the place of the unit in the list, from 1. $1 tenant, $2 units
SELECT u.place, l.person_id
FROM unnest($2::bigint[]) WITH ORDINALITY AS u (unit_id, place)
JOIN lead l ON l.tenant_id = $1 AND l.unit_id = u.unit_id
ORDER BY u.place, l.person_id
