-- Until the commit nobody else changes what an owner's objectives of a period come to. How many of them
-- are not cancelled?
-- $1 tenant, $2 owner's kind, $3 owner, $4 period
WITH locked AS (
    INSERT INTO okr_result (tenant_id, owner_kind, owner_id, period, version)
    VALUES ($1, $2, $3, $4, 0)
    ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO UPDATE SET version = okr_result.version
    RETURNING 1
)
SELECT count(*)
FROM locked, objective o
WHERE o.tenant_id = $1 AND o.owner_kind = $2 AND o.owner_id = $3 AND o.period = $4 AND o.state <> 3
