-- A page of the ranking of a unit: who, rank in it, and how many there are. $1 tenant, $2 period,
-- $3 unit, $4 with everybody below, $5 worst first, $6 limit, $7 offset.
WITH RECURSIVE below (unit_id) AS (
    SELECT $3::bigint
    UNION
    SELECT s.unit_id FROM below AS b
    JOIN unit_score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.parent_id = b.unit_id
    WHERE $4
)
SELECT person_id, rank() OVER (ORDER BY total DESC), count(*) OVER ()
FROM score
WHERE tenant_id = $1 AND period = $2 AND total IS NOT NULL
  AND unit_id IN (SELECT unit_id FROM below)
ORDER BY CASE WHEN $5 THEN total END, total DESC, person_id
LIMIT $6 OFFSET $7;
