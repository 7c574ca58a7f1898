-- $1 tenant, $2 account
SELECT failures, locked_until FROM login_attempt WHERE tenant_id = $1 AND account = $2
