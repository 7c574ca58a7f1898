-- The last number and hash of a tenant's chain. $1 tenant
SELECT number, hash FROM chain WHERE tenant_id = $1
