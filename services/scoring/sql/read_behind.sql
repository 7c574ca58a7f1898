-- People of a unit's tree with less than a share of their target, the furthest behind first; how many
-- there are, and of how many with a target. $1 tenant, $2 period, $3 unit, $4 with everybody below,
-- $5 share of the target, as numerator and $6 denominator, $7 less is better, $8 limit, $9 offset.
WITH RECURSIVE below (unit_id) AS (
    SELECT $3::bigint
    UNION
    SELECT s.unit_id FROM below AS b
    JOIN unit_score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.parent_id = b.unit_id
    WHERE $4
), measured AS (
    SELECT s.person_id, s.unit_id, s.actual, s.target, s.attainment,
           (s.target * $5::numeric / $6::numeric - s.actual) * CASE WHEN $7 THEN -1 ELSE 1 END AS behind
    FROM score AS s
    WHERE s.tenant_id = $1 AND s.period = $2 AND s.actual IS NOT NULL AND s.target > 0
      AND s.unit_id IN (SELECT unit_id FROM below)
), page AS (
    SELECT * FROM measured WHERE behind > 0 ORDER BY behind DESC, person_id LIMIT $8 OFFSET $9
)
SELECT p.person_id, coalesce(e.name, ''), coalesce(e.code, ''), p.unit_id, coalesce(u.name, ''),
       p.actual, p.target, p.attainment, round(p.behind, 6),
       (SELECT count(*) FILTER (WHERE behind > 0) FROM measured), (SELECT count(*) FROM measured)
FROM (SELECT 1) AS one
LEFT JOIN page AS p ON true
LEFT JOIN org_person AS e ON e.tenant_id = $1 AND e.person_id = p.person_id
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
ORDER BY p.behind DESC, p.person_id;
