-- All its tasks were planned anew. $1 tenant, $2 cycle.
DELETE FROM replan WHERE tenant_id = $1 AND cycle_id = $2
