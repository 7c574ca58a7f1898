-- The units above one, from the root down, as far as they are within reach. $1 tenant, $2 period,
-- $3 unit, $4 reaches all, $5 reaches these trees, $6 reaches these units alone.
WITH RECURSIVE above (unit_id, height) AS (
    SELECT coalesce((SELECT parent_id FROM unit_score
                     WHERE tenant_id = $1 AND period = $2 AND unit_id = $3),
                    (SELECT parent_id FROM org_unit WHERE tenant_id = $1 AND unit_id = $3)), 1
    UNION ALL
    SELECT coalesce(s.parent_id, u.parent_id), a.height + 1
    FROM above AS a
    JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = a.unit_id
    LEFT JOIN unit_score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.unit_id = a.unit_id
    WHERE a.height < 100
)
SELECT a.unit_id FROM above AS a
JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = a.unit_id
WHERE $4 OR u.unit_id = ANY ($6::bigint[])
   OR EXISTS (SELECT FROM org_unit_tree AS t
              WHERE t.tenant_id = $1 AND t.unit_id = u.unit_id
                AND t.ancestor_id = ANY ($5::bigint[]))
ORDER BY a.height DESC;
