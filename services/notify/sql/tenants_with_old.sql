-- $1 before
SELECT tenant_id FROM tenants_with_old($1)
