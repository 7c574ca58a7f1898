-- The next period with something to compute, its row locked; none that another pass holds. Run as
-- tenant 0. $1 the wide work, or the rest; $2 today: what people look at now goes first.
SELECT p.tenant_id, p.period, p.first_day, p.last_day, p.begun
FROM period AS p
JOIN (SELECT tenant_id, period, min(dirty_id) AS oldest FROM dirty
      WHERE wide = $1 AND period <> '' GROUP BY tenant_id, period) AS d USING (tenant_id, period)
ORDER BY CASE WHEN $1 THEN (p.first_day <= $2::date AND p.last_day >= $2::date
                            AND p.period LIKE '%Q%')::int * 2
                           + (p.first_day <= $2::date AND p.last_day >= $2::date)::int END DESC,
         d.oldest
LIMIT 1
FOR NO KEY UPDATE OF p SKIP LOCKED;
