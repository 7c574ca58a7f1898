-- People's names, one row for each asked for, in their order; '' where nobody is known.
-- $1 tenant, $2 people.
SELECT coalesce(p.name, '')
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (person_id, place)
LEFT JOIN org_person AS p ON p.tenant_id = $1 AND p.person_id = asked.person_id
ORDER BY asked.place;
