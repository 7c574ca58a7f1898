-- $1 tenant, $2 unit, $3 today.
SELECT name, kind FROM org_unit WHERE tenant_id = $1 AND unit_id = $2 AND valid_to > $3::date
