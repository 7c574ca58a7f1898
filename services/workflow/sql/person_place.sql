-- A person who is employed today, with his main unit (0: none). $1 tenant, $2 person, $3 today.
SELECT p.name, coalesce((
    SELECT o.unit_id FROM org_post o WHERE o.tenant_id = $1 AND o.person_id = $2
      AND o.valid_from <= $3::date AND o.valid_to > $3::date
    ORDER BY o.main DESC, o.ordinal LIMIT 1), 0)::bigint
FROM org_person p
WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.employed_from <= $3::date AND p.employed_to > $3::date
