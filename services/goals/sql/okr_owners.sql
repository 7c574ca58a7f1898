-- Everybody who has confirmed objectives. $1 tenant
SELECT DISTINCT o.owner_kind, o.owner_id, o.period
FROM objective o
WHERE o.tenant_id = $1 AND o.state = 2
ORDER BY o.owner_kind, o.owner_id, o.period
