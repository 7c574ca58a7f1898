-- The next version of what is told of an owner. $1 tenant, $2 owner's kind, $3 owner, $4 period
UPDATE okr_result SET version = version + 1
WHERE tenant_id = $1 AND owner_kind = $2 AND owner_id = $3 AND period = $4
RETURNING version
