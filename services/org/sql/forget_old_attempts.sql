-- $1 tenant, $2 older than, $3 at most
DELETE FROM login_attempt WHERE ctid IN (
    SELECT ctid FROM login_attempt
    WHERE tenant_id = $1 AND last_at < $2 AND (locked_until IS NULL OR locked_until < $2)
    LIMIT $3)
