-- Makes notices that are not there yet, one for each person, and answers those made.
-- $1 tenant, $2 cause, $3 template, $4 now, arrays: $5 people, $6 parameters as JSON text
INSERT INTO notice (tenant_id, person_id, cause, template, params, at)
SELECT $1, n.person_id, $2, $3, n.params::jsonb, $4
FROM (SELECT DISTINCT ON (person_id) person_id, params
      FROM unnest($5::bigint[], $6::text[]) AS u (person_id, params)) n
ON CONFLICT (tenant_id, person_id, cause) DO NOTHING
RETURNING id, person_id
