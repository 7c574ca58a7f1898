-- The group's own unit. $1 tenant.
SELECT unit_id FROM org_unit WHERE tenant_id = $1 AND parent_id IS NULL ORDER BY unit_id LIMIT 1
