-- Periods with a published result of a person. $1 tenant, $2 person.
SELECT period FROM published_person WHERE tenant_id = $1 AND person_id = $2
ORDER BY period DESC;
