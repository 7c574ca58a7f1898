-- Who had a main post where on any day of a span, for head counts. $1 tenant, $2 first day, $3 last.
SELECT DISTINCT person_id, unit_id
FROM org_post
WHERE tenant_id = $1 AND main AND valid_from <= $3::date AND valid_to > $2::date
ORDER BY person_id, unit_id;
