-- $1 tenant, $2 account
DELETE FROM login_attempt WHERE tenant_id = $1 AND account = $2
