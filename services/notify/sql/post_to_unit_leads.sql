-- The same for whoever leads a unit; the unit's name goes into the parameters. $1 tenant, $2 cause,
-- $3 template, $4 now, $5 the author (gets none), arrays: $6 units, $7 parameters as JSON text
INSERT INTO notice (tenant_id, person_id, cause, template, params, at)
SELECT $1, n.person_id, $2, $3, n.params, $4
FROM (SELECT DISTINCT ON (l.person_id) l.person_id,
             u.params::jsonb || jsonb_build_object('unit', coalesce(o.name, ''),
                                                   'unit_id', u.unit_id::text) AS params
      FROM unnest($6::bigint[], $7::text[]) WITH ORDINALITY AS u (unit_id, params, place)
      JOIN lead l ON l.tenant_id = $1 AND l.unit_id = u.unit_id
      LEFT JOIN org_unit o ON o.tenant_id = $1 AND o.unit_id = u.unit_id
      WHERE l.person_id <> $5
      ORDER BY l.person_id, u.place) n
ON CONFLICT (tenant_id, person_id, cause) DO NOTHING
RETURNING id, person_id, template
