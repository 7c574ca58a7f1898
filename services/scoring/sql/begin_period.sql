-- The period has been computed as a whole. $1 tenant, $2 period.
UPDATE period SET begun = true WHERE tenant_id = $1 AND period = $2 AND NOT begun;
