-- $1 tenant, $2 ids.
SELECT dims_id, product, product_category, campaign, customer_type, channel, region, stage,
       definition, CASE kind WHEN 1 THEN 'task' ELSE '' END
FROM dims WHERE tenant_id = $1 AND dims_id = ANY ($2::bigint[])
