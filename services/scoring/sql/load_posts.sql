-- The main post of each person on a day: the one marked main, else the one held longest.
-- $1 tenant, $2 day, $3 people (NULL = everybody).
SELECT DISTINCT ON (person_id) person_id, unit_id, position
FROM org_post
WHERE tenant_id = $1 AND valid_from <= $2::date AND valid_to > $2::date
  AND ($3::bigint[] IS NULL OR person_id = ANY ($3::bigint[]))
ORDER BY person_id, main DESC, valid_from, unit_id;
