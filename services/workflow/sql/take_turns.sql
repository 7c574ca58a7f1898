-- $1 tenant, $2 cycle.
DELETE FROM turn WHERE tenant_id = $1 AND cycle_id = $2
