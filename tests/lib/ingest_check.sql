-- Totals that were told (public.heard) beside totals computed from nothing out of the records, by
-- another way; one line for each that differs. Measures 1 to 10 are those of
-- services/ingest/stage_test.h; others are made of decided tasks (tasks_test.c).
WITH live AS (
    SELECT r.*, d.product, d.campaign, d.channel, p.units,
           CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END AS order_key
    FROM ingest.record r
    JOIN ingest.dims d USING (tenant_id, dims_id)
    JOIN ingest.unit_path p USING (tenant_id, path_id)
    WHERE NOT r.deleted AND r.tenant_id = 7 AND r.run_id <> 0 -- somebody brought it: a sale
), owned AS (
    SELECT o.kind, o.id AS owner, t.period, l.*
    FROM live l
    CROSS JOIN LATERAL (SELECT 2 AS kind, l.person_id AS id
                        UNION ALL SELECT 1, unnest(l.units)) o
    CROSS JOIN LATERAL (VALUES (to_char(l.occurred_on, 'YYYY-MM')),
                               (to_char(l.occurred_on, 'YYYY"Q"Q')),
                               (to_char(l.occurred_on, 'YYYY'))
                        UNION ALL -- segments of targets, "2026-10-01..2026-11-14"
                        SELECT s.period FROM ingest.span_owner s
                        WHERE s.owner_kind = o.kind AND s.owner_id = o.id
                          AND l.occurred_on BETWEEN left(s.period, 10)::date
                                                AND right(s.period, 10)::date) t (period)
), customers AS (
    SELECT kind, owner, period, customer, count(DISTINCT order_key) AS orders
    FROM owned WHERE customer <> '' GROUP BY 1, 2, 3, 4
), whole AS (
    SELECT kind, owner, period, sum(amount) AS amount, sum(collected) AS collected,
           count(*) AS records, count(DISTINCT order_key) AS orders,
           count(*) FILTER (WHERE campaign = '双十一') AS campaign,
           coalesce(sum(amount) FILTER (WHERE product <> 'P1'), 0) AS other,
           count(*) FILTER (WHERE product <> 'P1') AS other_records,
           count(DISTINCT product) FILTER (WHERE channel IN ('线上', '直营') AND product <> '')
               AS products
    FROM owned GROUP BY 1, 2, 3
), expected AS (
    SELECT 1 AS measure, kind, owner, period, amount AS n, 1::numeric AS d FROM whole
    UNION ALL SELECT 2, kind, owner, period, campaign, 1 FROM whole
    UNION ALL SELECT 3, kind, owner, period, count(*), 1 FROM customers GROUP BY 2, 3, 4
    UNION ALL SELECT 4, kind, owner, period, count(*) FILTER (WHERE orders > 1), 1
              FROM customers GROUP BY 2, 3, 4
    UNION ALL SELECT 5, kind, owner, period, orders, 1 FROM whole
    UNION ALL SELECT 6, kind, owner, period, amount, orders FROM whole
    UNION ALL SELECT 7, kind, owner, period, other, other_records FROM whole
    UNION ALL SELECT 8, kind, owner, period, collected, 1 FROM whole
    UNION ALL SELECT 9, kind, owner, period, collected, amount FROM whole
    UNION ALL SELECT 10, kind, owner, period, products, 1 FROM whole
), differing AS (
    SELECT coalesce(e.measure, h.measure) AS measure, coalesce(e.kind, h.kind) AS kind,
           coalesce(e.owner, h.owner) AS owner, coalesce(e.period, h.period) AS period,
           e.n, e.d, h.n AS told_n, h.d AS told_d
    FROM expected e
    FULL JOIN (SELECT * FROM public.heard WHERE measure <= 10) h ON h.measure = e.measure AND h.kind = e.kind AND h.owner = e.owner
                            AND h.period = e.period
    WHERE coalesce(e.n, 0) IS DISTINCT FROM coalesce(h.n, 0)
       OR (e.n IS NOT NULL AND h.n IS NOT NULL AND e.d <> h.d)
)
SELECT coalesce(string_agg(format('measure %s of %s/%s in %s: %s/%s, told %s/%s', measure, kind,
                                  owner, period, n, d, told_n, told_d), chr(10)), '')
FROM (SELECT * FROM differing ORDER BY measure, kind, owner, period LIMIT 5) x
