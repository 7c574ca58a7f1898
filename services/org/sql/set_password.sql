-- The person's own new password. $1 tenant, $2 account, $3 hash, $4 now, $5 the hash it was
-- checked against
UPDATE account SET password_hash = $3, must_change = false, one_time_until = 'infinity', changed_at = $4
WHERE tenant_id = $1 AND account = $2 AND password_hash = $5
