-- The first post that would lie outside its unit's days. $1 tenant, $2 units looked at
SELECT u.id, u.code, p.code, o.valid_from
FROM post o
JOIN unit u ON u.tenant_id = o.tenant_id AND u.id = o.unit_id
JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.person_id
WHERE o.tenant_id = $1 AND o.unit_id = ANY ($2::bigint[])
  AND (o.valid_from < u.starts OR o.valid_to > u.ends)
ORDER BY u.code, p.code
LIMIT 1
