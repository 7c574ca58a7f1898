-- Combinations of dimensions by their hashes. $1 tenant, $2 hashes.
SELECT hash, dims_id FROM dims WHERE tenant_id = $1 AND hash = ANY ($2::bytea[])
