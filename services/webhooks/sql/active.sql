-- Who hears what: the webhooks of a tenant that events are kept for, and which of these units and
-- people each may see. $1 tenant, $2 units, $3 people, $4 today
SELECT w.id, w.patterns, w.unit_id = 0 AND w.unit_kinds = '{}' AS all,
       ARRAY(SELECT u.unit_id FROM org_unit u
             WHERE u.tenant_id = $1 AND u.unit_id = ANY ($2::bigint[])
               AND (w.unit_kinds = '{}' OR u.kind = ANY (w.unit_kinds))
               AND (w.unit_id = 0 OR EXISTS (SELECT 1 FROM org_unit_tree t WHERE t.tenant_id = $1
                        AND t.ancestor_id = w.unit_id AND t.unit_id = u.unit_id))
             ORDER BY 1),
       ARRAY(SELECT DISTINCT p.person_id FROM org_post p
             JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
             WHERE p.tenant_id = $1 AND p.person_id = ANY ($3::bigint[])
               AND p.valid_from <= $4 AND p.valid_to > $4
               AND (w.unit_kinds = '{}' OR u.kind = ANY (w.unit_kinds))
               AND (w.unit_id = 0 OR EXISTS (SELECT 1 FROM org_unit_tree t WHERE t.tenant_id = $1
                        AND t.ancestor_id = w.unit_id AND t.unit_id = p.unit_id))
             ORDER BY 1)
FROM webhook w
WHERE w.tenant_id = $1 AND w.state <> 3
ORDER BY w.id
