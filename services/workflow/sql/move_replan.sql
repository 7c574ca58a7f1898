-- $1 tenant, $2 cycle, $3 tasks up to this one were planned anew.
UPDATE replan SET after_id = $3 WHERE tenant_id = $1 AND cycle_id = $2
