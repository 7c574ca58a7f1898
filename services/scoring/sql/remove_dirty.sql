-- Computed. $1 tenant, $2 period, $3 rows.
DELETE FROM dirty WHERE tenant_id = $1 AND period = $2 AND dirty_id = ANY ($3::bigint[]);
