-- Records in the order of their ids, with the version up to which each has been counted (0: not at
-- all): what is still noted as to be counted is not in it. $1 tenant, $2 after this id, $3 limit.
WITH uncounted AS MATERIALIZED (
    SELECT record_id, min(version) - 1 AS version
    FROM (SELECT unnest(ids) AS record_id, unnest(versions) AS version
          FROM pending WHERE tenant_id = $1) p
    GROUP BY record_id
)
SELECT r.record_id, coalesce(u.version, r.version), 0::bigint, r.version, r.deleted, r.person_id,
       r.path_id, r.dims_id, r.occurred_on, r.amount, r.collected, coalesce(r.cost, 0), r.quantity,
       r.customer, CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END
FROM (SELECT * FROM record WHERE tenant_id = $1 AND record_id > $2
      ORDER BY record_id LIMIT $3) r
LEFT JOIN uncounted u ON u.record_id = r.record_id
ORDER BY r.record_id
