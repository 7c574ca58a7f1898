-- Confirmed objectives: of an owner and period; kind 0: of everybody.
-- $1 tenant, $2 owner's kind or 0, $3 owner, $4 period
SELECT o.objective_id
FROM objective o
WHERE o.tenant_id = $1 AND o.state = 2
  AND ($2::bigint = 0 OR (o.owner_kind = $2 AND o.owner_id = $3 AND o.period = $4))
ORDER BY o.owner_kind, o.owner_id, o.period, o.objective_id
