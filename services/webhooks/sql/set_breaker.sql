-- $1 tenant, $2 id, $3 state, $4 faults, $5 openings, $6 since, $7 until
UPDATE webhook SET breaker = $3, faults = $4, openings = $5, since = $6, until = $7
WHERE tenant_id = $1 AND id = $2
