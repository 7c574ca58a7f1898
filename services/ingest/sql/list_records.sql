-- The records that an owner's total stands on, newest first. $1 tenant, $2 unit (0 = a person),
-- $3 person (0 = a unit), $4 first day, $5 last day, $6 limit, $7 page: day, $8 page: record;
-- $9 filter dimensions, $10 excludes, $11 values joined by US (0x1f), $12 a field that must not be
-- empty ('customer', 'product', ''), $13 kind (dacheng.goals.v1.MeasureOf).
WITH path AS (
    SELECT path_id FROM unit_path WHERE tenant_id = $1 AND $2::bigint <> 0
       AND units @> ARRAY[$2::bigint]
    UNION ALL
    SELECT path_id FROM person_path WHERE tenant_id = $1 AND $3::bigint <> 0
       AND person_id = $3::bigint
), found AS (
    SELECT r.* FROM path CROSS JOIN LATERAL (
        SELECT r.* FROM record r JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id
                                            AND d.kind = $13::bigint
        WHERE r.tenant_id = $1 AND r.path_id = path.path_id AND NOT r.deleted
          AND r.occurred_on BETWEEN $4::date AND $5::date
          AND ($3::bigint = 0 OR r.person_id = $3::bigint)
          AND (r.occurred_on < $7::date
               OR (r.occurred_on = $7::date AND r.record_id < $8::bigint))
          AND ($12::text = '' OR ($12 = 'customer' AND r.customer <> '')
               OR ($12 = 'product' AND d.product <> ''))
          AND NOT EXISTS (
              SELECT FROM unnest($9::text[], $10::boolean[], $11::text[])
                     AS f (dimension, exclude, joined)
              WHERE (CASE f.dimension
                         WHEN 'product' THEN d.product
                         WHEN 'product_category' THEN d.product_category
                         WHEN 'campaign' THEN d.campaign
                         WHEN 'customer_type' THEN d.customer_type
                         WHEN 'channel' THEN d.channel
                         WHEN 'region' THEN d.region
                         WHEN 'stage' THEN d.stage
                         WHEN 'definition' THEN d.definition END
                     = ANY (string_to_array(f.joined, chr(31)))) = f.exclude)
        ORDER BY r.occurred_on DESC, r.record_id DESC
        LIMIT $6::bigint) r
    ORDER BY r.occurred_on DESC, r.record_id DESC
    LIMIT $6::bigint
)
SELECT s.name, r.source_key, CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END,
       r.amount::text, r.collected::text, coalesce(r.cost::text, ''), trim_scale(r.quantity)::text,
       r.customer, d.customer_type, d.product, d.product_category, d.campaign, d.channel, d.region,
       coalesce(p.code, ''), CASE WHEN r.unit_id = 0 THEN '' ELSE coalesce(u.code, '') END,
       r.occurred_at, r.deleted, r.record_id, r.version, r.run_id, coalesce(n.name, ''), r.line,
       r.stored_at, coalesce(n.account, ''), r.person_id, coalesce(p.name, ''), q.unit_id,
       coalesce(w.name, ''), r.occurred_on, coalesce(n.is_file, false), k.body
FROM found r
JOIN source s ON s.tenant_id = $1 AND s.source_id = r.source_id
JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id
JOIN unit_path q ON q.tenant_id = $1 AND q.path_id = r.path_id
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = r.person_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = r.unit_id
LEFT JOIN org_unit w ON w.tenant_id = $1 AND w.unit_id = q.unit_id
LEFT JOIN run n ON n.tenant_id = $1 AND n.run_id = r.run_id
LEFT JOIN task_seat k ON d.kind = 1 AND k.tenant_id = $1
                     AND k.task_id = CASE d.kind WHEN 1 THEN
                                         split_part(r.source_key, '/', 2)::bigint END
                     AND k.seat = CASE d.kind WHEN 1 THEN
                                      split_part(r.source_key, '/', 3)::bigint END
ORDER BY r.occurred_on DESC, r.record_id DESC
