-- Combinations of dimensions that nobody had before. $1 tenant, $2 hashes, $3..$8 product,
-- product category, campaign, customer type, channel, region; $9 stage, $10 definition, $11 kind
-- ('' a sale, 'task').
INSERT INTO dims (tenant_id, hash, product, product_category, campaign, customer_type, channel,
                  region, stage, definition, kind)
SELECT $1::bigint, t.hash, t.product, t.product_category, t.campaign, t.customer_type, t.channel,
       t.region, t.stage, t.definition, CASE t.kind WHEN 'task' THEN 1 ELSE 0 END
FROM unnest($2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[])
     AS t (hash, product, product_category, campaign, customer_type, channel, region, stage,
           definition, kind)
ORDER BY t.hash
ON CONFLICT (tenant_id, hash) DO NOTHING
