-- The same of everybody. $1 tenant, $2 day.
SELECT DISTINCT ON (person_id) person_id, unit_id, position
FROM org_post
WHERE tenant_id = $1 AND valid_from <= $2::date AND valid_to > $2::date
ORDER BY person_id, main DESC, valid_from, unit_id;
