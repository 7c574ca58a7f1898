-- Targets whose owner stands in another unit than the one whose target they are part of, of periods that
-- are not over and were not when he moved; not those that were decided to stay. How many there are
-- stands with each.
-- $1 tenant, $2 today, $3 period or '', $4 everything, $5 trees and $6 single units within reach,
-- $7 targets (NULL = all), $8 limit, $9 offset
WITH reach AS MATERIALIZED (
    SELECT t.unit_id FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($5::bigint[])
    UNION
    SELECT unnest($6::bigint[])
), periods AS MATERIALIZED (
    SELECT period,
           CASE WHEN length(period) = 4 THEN make_date(period::integer, 12, 31)
                WHEN period LIKE '%Q%'
                THEN (make_date(left(period, 4)::integer, right(period, 1)::integer * 3, 1)
                      + interval '1 month - 1 day')::date
                ELSE (to_date(period, 'YYYY-MM') + interval '1 month - 1 day')::date END AS last_day
    FROM (SELECT DISTINCT period FROM sheet WHERE tenant_id = $1 AND $3 IN ('', period)) s
), places AS MATERIALIZED (
    SELECT 2::smallint AS kind, e.person_id AS id, p.unit_id AS above, e.name, e.code,
           coalesce((SELECT max(o.valid_to) FROM org_post o
                     WHERE o.tenant_id = $1 AND o.person_id = p.person_id AND o.main
                       AND o.unit_id <> p.unit_id AND o.valid_to <= $2), p.valid_from) AS moved_on
    FROM org_post p
    JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.person_id AND e.employed_to > $2
    WHERE p.tenant_id = $1 AND p.main AND p.valid_from <= $2 AND p.valid_to > $2
    UNION ALL
    SELECT 1::smallint, u.unit_id, u.parent_id, u.name, u.code, u.valid_from
    FROM org_unit u
    WHERE u.tenant_id = $1 AND u.parent_id IS NOT NULL AND u.valid_to > $2
)
SELECT t.target_id, t.owner_kind, t.owner_id, t.indicator_id, t.period, t.value, t.version,
       l.name, l.code, up.owner_id, coalesce(f.name, ''), l.above, coalesce(n.name, ''), l.moved_on,
       i.name, i.name_en, i.unit_of_measure, i.decimals, i.additive,
       coalesce(m.made_of IN (0, 1), false), count(*) OVER ()
FROM periods w
JOIN target t ON t.tenant_id = $1 AND t.period = w.period
JOIN target up ON up.tenant_id = $1 AND up.target_id = t.parent_id AND up.owner_kind = 1
JOIN places l ON l.kind = t.owner_kind AND l.id = t.owner_id AND l.above <> up.owner_id
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = t.indicator_id AND NOT i.retired
LEFT JOIN measure m ON m.tenant_id = $1 AND m.measure_id = i.measure_id
LEFT JOIN org_unit f ON f.tenant_id = $1 AND f.unit_id = up.owner_id
LEFT JOIN org_unit n ON n.tenant_id = $1 AND n.unit_id = l.above
WHERE w.last_day >= greatest($2, l.moved_on)
  AND ($7::bigint[] IS NULL OR t.target_id = ANY ($7::bigint[]))
  AND ($4 OR up.owner_id IN (SELECT unit_id FROM reach) OR l.above IN (SELECT unit_id FROM reach))
  AND NOT EXISTS (SELECT FROM move_stay s
                  WHERE s.tenant_id = $1 AND s.target_id = t.target_id AND s.unit_id = l.above)
ORDER BY t.owner_kind, l.code, t.owner_id, t.period, t.indicator_id
LIMIT $8 OFFSET $9
