-- Webhooks with what waits. $1 tenant, $2 only this one (0 = all), $3 all units, $4 units whose tree
-- may be seen
SELECT w.id, w.name, w.url, w.patterns, w.unit_id, w.unit_kinds, w.mode::bigint, w.state::bigint,
       w.version, w.owner, w.reason, w.breaker, w.delivered,
       count(d.id) FILTER (WHERE NOT d.parked), count(d.id) FILTER (WHERE d.parked),
       w.last_answer, w.last_at
FROM webhook w
LEFT JOIN delivery d ON d.tenant_id = w.tenant_id AND d.webhook_id = w.id
WHERE w.tenant_id = $1 AND ($2::bigint = 0 OR w.id = $2)
  AND ($3::boolean OR EXISTS (SELECT 1 FROM org_unit_tree t WHERE t.tenant_id = $1
                              AND t.ancestor_id = ANY ($4::bigint[]) AND t.unit_id = w.unit_id))
GROUP BY w.tenant_id, w.id
ORDER BY w.id
LIMIT 200
