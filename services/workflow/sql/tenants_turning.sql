-- Whose cycles are to be looked at.
SELECT tenant_id FROM tenants_turning()
