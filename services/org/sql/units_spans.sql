-- The days of units. $1 tenant, $2 ids
SELECT id, code, starts, ends FROM unit WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id
