-- The same for everybody whom a plan's scope reaches today. $1 tenant, $2 cause, $3 template,
-- $4 now, $5 the author (gets none), $6 parameters as JSON text, $7 person (0 = any), $8 unit tree
-- (0 = any), $9 position ('' = any), $10 today
INSERT INTO notice (tenant_id, person_id, cause, template, params, at)
SELECT $1, p.person_id, $2, $3, ($6)::jsonb, $4
FROM org_person p
WHERE p.tenant_id = $1 AND p.person_id <> $5
  AND p.employed_from <= $10 AND p.employed_to > $10
  AND ($7 = 0 OR p.person_id = $7)
  AND (($8 = 0 AND $9 = '') OR EXISTS (
      SELECT 1 FROM org_post o
      WHERE o.tenant_id = $1 AND o.person_id = p.person_id
        AND o.valid_from <= $10 AND o.valid_to > $10
        AND ($9 = '' OR o.position = $9)
        AND ($8 = 0 OR EXISTS (
            SELECT 1 FROM org_unit_tree t
            WHERE t.tenant_id = $1 AND t.ancestor_id = $8 AND t.unit_id = o.unit_id))))
ORDER BY p.person_id
ON CONFLICT (tenant_id, person_id, cause) DO NOTHING
RETURNING id, person_id, template
