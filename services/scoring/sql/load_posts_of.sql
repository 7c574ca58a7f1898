-- The main post of some people on a day: the one marked main, else the one held longest. $1 tenant,
-- $2 day, $3 people.
SELECT DISTINCT ON (person_id) person_id, unit_id, position
FROM org_post
WHERE tenant_id = $1 AND person_id = ANY ($3::bigint[])
  AND valid_from <= $2::date AND valid_to > $2::date
ORDER BY person_id, main DESC, valid_from, unit_id;
