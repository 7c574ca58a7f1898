-- Which of some people are employed. $1 tenant, $2 today, $3 people.
SELECT person_id FROM org_person
WHERE tenant_id = $1 AND person_id = ANY ($3::bigint[]) AND employed_from <= $2::date
  AND employed_to > $2::date
