-- The hash of one entry. $1 tenant, $2 number
SELECT hash FROM entry WHERE tenant_id = $1 AND number = $2::bigint
