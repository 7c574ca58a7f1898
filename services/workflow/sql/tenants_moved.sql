-- $1 now.
SELECT tenant_id FROM tenants_moved($1)
