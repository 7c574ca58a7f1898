-- $1 tenant, $2 codes
SELECT id, code FROM person WHERE tenant_id = $1 AND code = ANY ($2::text[])
