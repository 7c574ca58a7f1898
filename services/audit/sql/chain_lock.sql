-- The end of a tenant's chain, its row locked, so that entries follow one another. $1 tenant
SELECT number, hash FROM chain WHERE tenant_id = $1 FOR UPDATE
