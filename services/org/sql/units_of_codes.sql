-- $1 tenant, $2 codes
SELECT id, code, starts, ends FROM unit WHERE tenant_id = $1 AND code = ANY ($2::text[])
