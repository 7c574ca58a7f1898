-- Webhooks whose owner has lost the right to their unit. $1 tenant, $2 person, $3 he has it for the
-- whole group, $4 units that he has it for, with everything below
SELECT w.id FROM webhook w
WHERE w.tenant_id = $1 AND w.owner_id = $2 AND w.state <> 3 AND NOT $3::boolean
  AND NOT EXISTS (SELECT 1 FROM org_unit_tree t WHERE t.tenant_id = $1
                  AND t.ancestor_id = ANY ($4::bigint[]) AND t.unit_id = w.unit_id)
