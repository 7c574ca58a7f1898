-- Begins a tenant's chain, if it has none. $1 tenant
INSERT INTO chain (tenant_id, number, hash)
VALUES ($1::bigint, 0, decode(repeat('00', 32), 'hex'))
ON CONFLICT DO NOTHING
