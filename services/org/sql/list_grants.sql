-- Everybody who has a grant or an account, one row a grant. $1 tenant, $2 person (0 = all)
SELECT p.id, p.name, coalesce(a.account, ''), coalesce(g.role, 0), coalesce(g.scope, 0),
       coalesce(g.unit_id, 0)
FROM person p
LEFT JOIN account a ON a.tenant_id = p.tenant_id AND a.person_id = p.id
LEFT JOIN person_grant g ON g.tenant_id = p.tenant_id AND g.person_id = p.id
WHERE p.tenant_id = $1 AND (p.id = $2 OR $2 = 0)
  AND (a.account IS NOT NULL OR g.role IS NOT NULL)
ORDER BY p.code, p.id, g.role, g.scope, g.unit_id
