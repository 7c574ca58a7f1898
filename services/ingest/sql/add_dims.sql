-- Combinations of dimensions that nobody had before. $1 tenant, $2 hashes, $3..$8 product,
-- product category, campaign, customer type, channel, region.
INSERT INTO dims (tenant_id, hash, product, product_category, campaign, customer_type, channel,
                  region)
SELECT $1::bigint, * FROM unnest($2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[],
                                 $7::text[], $8::text[]) t
ORDER BY 2
ON CONFLICT (tenant_id, hash) DO NOTHING
