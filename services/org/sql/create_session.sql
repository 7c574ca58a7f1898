-- $1 tenant, $2 id, $3 hash of the token, $4 account, $5 person, $6 bearer, $7 name, $8 address,
-- $9 now, $10 expires, $11 absolute
INSERT INTO session (tenant_id, id, token_hash, account, person_id, bearer, name, address,
                     created_at, seen_at, expires_at, absolute)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)
