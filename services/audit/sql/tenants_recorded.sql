-- Whose chains there are.
SELECT tenant_id FROM tenants_recorded()
