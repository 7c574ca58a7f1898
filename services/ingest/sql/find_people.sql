-- People by their codes, with the units that they belonged to: the main post of a day first.
-- $1 tenant, $2 codes.
SELECT p.code, p.person_id, p.employed_from, p.employed_to, coalesce(o.unit_id, 0),
       coalesce(o.valid_from, 'infinity'), coalesce(o.valid_to, '-infinity')
FROM org_person p
LEFT JOIN org_post o ON o.tenant_id = p.tenant_id AND o.person_id = p.person_id
WHERE p.tenant_id = $1 AND p.code = ANY ($2::text[])
ORDER BY p.code, p.person_id DESC, o.main DESC, o.ordinal
