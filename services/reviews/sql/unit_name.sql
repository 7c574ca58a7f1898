-- $1 tenant, $2 unit.
SELECT name FROM org_unit WHERE tenant_id = $1 AND unit_id = $2
