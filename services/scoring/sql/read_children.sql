-- The units directly below one: by the tree of the period, or by today's when it was never computed.
-- $1 tenant, $2 period, $3 unit.
SELECT unit_id FROM unit_score WHERE tenant_id = $1 AND period = $2 AND parent_id = $3
UNION
SELECT unit_id FROM org_unit
WHERE tenant_id = $1 AND parent_id = $3 AND valid_to = 'infinity'
  AND NOT EXISTS (SELECT FROM period WHERE tenant_id = $1 AND period = $2 AND begun);
