-- The same password by newer parameters. $1 tenant, $2 account, $3 hash, $4 the old hash
UPDATE account SET password_hash = $3 WHERE tenant_id = $1 AND account = $2 AND password_hash = $4
