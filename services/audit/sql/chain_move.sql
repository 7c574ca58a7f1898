-- The chain ends with another entry now. $1 tenant, $2 number, $3 hash
UPDATE chain SET number = $2::bigint, hash = $3::bytea WHERE tenant_id = $1
