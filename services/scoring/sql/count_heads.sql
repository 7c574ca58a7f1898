-- How many people had a main post in some units on any day of a span. $1 tenant, $2 first day, $3 last,
-- $4 units.
SELECT count(DISTINCT person_id)
FROM org_post
WHERE tenant_id = $1 AND main AND valid_from <= $3::date AND valid_to > $2::date
  AND unit_id = ANY ($4::bigint[]);
