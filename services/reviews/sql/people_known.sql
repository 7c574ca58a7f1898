-- Those of the people who are employed on a day. $1 tenant, $2 people, $3 day.
SELECT person_id FROM org_person
WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[]) AND employed_from <= $3 AND employed_to > $3
