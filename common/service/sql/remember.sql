-- Keeps a command's answer. $1 tenant, $2 caller, $3 idempotency key, $4 method, $5 hash of the
-- request, $6 response, $7 at.
INSERT INTO command (tenant_id, caller, key, method, request_hash, response, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
