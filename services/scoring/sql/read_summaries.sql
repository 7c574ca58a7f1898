-- What a publication says of each, by bucket of people. $1 tenant, $2 publication.
SELECT person_id, version, total, places, grade, coefficient
FROM published_result WHERE tenant_id = $1 AND publication_id = $2
ORDER BY person_id % 16, person_id;
