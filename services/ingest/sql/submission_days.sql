-- What a unit sold, day by day. $1 tenant, $2 unit, $3 first day, $4 last day.
WITH path AS (
    SELECT path_id FROM unit_path WHERE tenant_id = $1 AND units @> ARRAY[$2::bigint]
)
SELECT r.occurred_on, count(*), sum(r.amount)
FROM path CROSS JOIN LATERAL (
    SELECT r.occurred_on, r.amount
    FROM record r JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id AND d.kind = 0
    WHERE r.tenant_id = $1 AND r.path_id = path.path_id AND NOT r.deleted
      AND r.occurred_on BETWEEN $3::date AND $4::date
    OFFSET 0) r
GROUP BY r.occurred_on
ORDER BY r.occurred_on
