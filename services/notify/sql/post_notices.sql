-- Makes notices that are not there yet, once for each person and cause, and answers those made.
-- $1 tenant, $2 now, arrays: $3 people, $4 causes, $5 templates, $6 parameters as JSON text,
-- $7 what they are folded by, $8 tasks
INSERT INTO notice (tenant_id, person_id, cause, template, params, at, fold, task_id)
SELECT $1, n.person_id, n.cause, n.template, n.params::jsonb, $2, n.fold, n.task_id
FROM (SELECT DISTINCT ON (person_id, cause) *
      FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
           WITH ORDINALITY AS u (person_id, cause, template, params, fold, task_id, place)
      ORDER BY person_id, cause, place) n
ON CONFLICT (tenant_id, person_id, cause) DO NOTHING
RETURNING id, person_id, template
