-- $1 channel, $2 now
SELECT tenant_id FROM tenants_due($1::smallint, $2)
