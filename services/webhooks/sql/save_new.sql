-- A new webhook. $1 tenant, $2 name, $3 url, $4 patterns, $5 unit, $6 kinds, $7 mode, $8 state,
-- $9 owner's person, $10 owner's account, $11 secret
INSERT INTO webhook (tenant_id, name, url, patterns, unit_id, unit_kinds, mode, state, owner_id, owner, secret)
VALUES ($1, $2, $3, $4::text[], $5, $6::bigint[], $7::smallint, $8::smallint, $9, $10, $11)
RETURNING id
