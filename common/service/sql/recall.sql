-- What a command answered before. $1 tenant, $2 caller, $3 idempotency key.
SELECT method, request_hash, response FROM command
WHERE tenant_id = $1 AND caller = $2 AND key = $3
