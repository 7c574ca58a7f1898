-- Units by their codes. $1 tenant, $2 codes.
SELECT code, unit_id FROM org_unit WHERE tenant_id = $1 AND code = ANY ($2::text[])
