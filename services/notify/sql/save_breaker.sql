-- Under tenant 0. $1 channel, $2 state, $3 faults, $4 openings, $5 since, $6 until, $7 last fault
UPDATE breaker
SET state = $2, faults = $3, openings = $4, since = $5, until = $6, last_fault = $7
WHERE tenant_id = 0 AND channel = $1
