-- $1 tenant, $2 cycle, $3 now, $4 reason.
UPDATE cycle SET state = 4, closed_at = $3, reason = $4, version = version + 1
WHERE tenant_id = $1 AND cycle_id = $2
RETURNING version
