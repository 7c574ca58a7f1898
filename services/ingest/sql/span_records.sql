-- Records that may be in a span, behind a place and up to a day, in the order of days; last, whether
-- the record stands there now. What is noted as to be counted comes too, wherever it stands: it was
-- counted as it was before. $1 tenant, $2 span, $3 day and $4 record of the place, $5 last day, $6 limit.
WITH uncounted AS MATERIALIZED (
    SELECT record_id, min(version) - 1 AS version
    FROM (SELECT unnest(ids) AS record_id, unnest(versions) AS version
          FROM pending WHERE tenant_id = $1) p
    GROUP BY record_id
), paths AS MATERIALIZED (
    SELECT p.path_id
    FROM span_owner o
    JOIN person_path p ON p.tenant_id = $1 AND p.person_id = o.owner_id
    WHERE o.tenant_id = $1 AND o.span_id = $2::integer AND o.owner_kind = 2
    UNION
    SELECT u.path_id FROM unit_path u
    WHERE u.tenant_id = $1
      AND u.units && ARRAY(SELECT o.owner_id FROM span_owner o
                           WHERE o.tenant_id = $1 AND o.span_id = $2::integer AND o.owner_kind = 1)
), placed AS MATERIALIZED (
    SELECT r.record_id
    FROM paths p
    CROSS JOIN LATERAL (
        SELECT * FROM record r
        WHERE r.tenant_id = $1 AND r.path_id = p.path_id
          AND r.occurred_on BETWEEN $3::date AND $5::date
        OFFSET 0) r
    WHERE (r.occurred_on, r.record_id) > ($3::date, $4::bigint)
    ORDER BY r.occurred_on, r.record_id
    LIMIT $6
), looked_at AS (
    SELECT record_id, true AS placed FROM placed
    UNION ALL
    SELECT record_id, false FROM uncounted
    WHERE record_id NOT IN (SELECT record_id FROM placed)
)
SELECT r.record_id, coalesce(u.version, r.version), 0::bigint, r.version, r.deleted, r.person_id,
       r.path_id, r.dims_id, r.occurred_on, r.amount, r.collected, coalesce(r.cost, 0), r.quantity,
       r.customer, CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END, l.placed
FROM looked_at l
JOIN record r ON r.tenant_id = $1 AND r.record_id = l.record_id
LEFT JOIN uncounted u ON u.record_id = r.record_id
ORDER BY l.placed, r.occurred_on, r.record_id
