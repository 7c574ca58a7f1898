-- Asked and given by the raters' units; units with fewer than $4 raters are joined into unit 0.
-- $1 tenant, $2 round, $3 day.
WITH each AS (
    SELECT coalesce(o.unit_id, 0) AS unit_id, count(DISTINCT a.rater_id) AS raters, count(*) AS asked,
           count(*) FILTER (WHERE a.state = 3) AS given
    FROM assignment a
    LEFT JOIN org_post o ON o.tenant_id = $1 AND o.person_id = a.rater_id AND o.main
                        AND o.valid_from <= $3 AND o.valid_to > $3
    WHERE a.tenant_id = $1 AND a.round_id = $2 AND a.state IN (2, 3)
    GROUP BY 1
), joined AS (
    SELECT CASE WHEN raters < $4::bigint THEN 0 ELSE unit_id END AS unit_id, sum(asked)::bigint AS asked,
           sum(given)::bigint AS given
    FROM each GROUP BY 1
)
SELECT j.unit_id, coalesce(u.name, ''), j.asked, j.given FROM joined j
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = j.unit_id
ORDER BY j.unit_id = 0, j.given::numeric / j.asked, j.unit_id LIMIT 500
