-- The ids of all tenants, for tasks.
SELECT id FROM list_tenants()
