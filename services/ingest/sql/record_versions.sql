-- All versions of a record, newest first. $1 tenant, $2 record.
SELECT s.name, r.source_key, CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END,
       r.amount::text, r.collected::text, coalesce(r.cost::text, ''), trim_scale(r.quantity)::text,
       r.customer, d.customer_type, d.product, d.product_category, d.campaign, d.channel, d.region,
       coalesce(p.code, ''), CASE WHEN r.unit_id = 0 THEN '' ELSE coalesce(u.code, '') END,
       r.occurred_at, r.deleted, r.record_id, r.version, r.run_id, coalesce(n.name, ''), r.line,
       r.stored_at, coalesce(n.account, ''), r.person_id, coalesce(p.name, ''), q.unit_id,
       coalesce(w.name, ''), r.occurred_on, coalesce(n.is_file, false), k.body
FROM (SELECT * FROM record WHERE tenant_id = $1 AND record_id = $2
      UNION ALL
      SELECT tenant_id, record_id, source_id, source_key, version, deleted, order_no, amount,
             collected, cost, quantity, customer, dims_id, person_id, unit_id, path_id,
             occurred_on, occurred_at, run_id, line, stored_at
      FROM record_version WHERE tenant_id = $1 AND record_id = $2) r
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
ORDER BY r.version DESC
