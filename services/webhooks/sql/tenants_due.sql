-- $1 now
SELECT tenant_id FROM tenants_due($1)
