-- Paths of units whose place in the tree changed, from today on; of units that never had one, from
-- ever. What was written today and no record uses yet is set right in place: an organisation that is
-- being loaded arrives in several events. $1 tenant, $2 today.
WITH now AS (
    SELECT t.unit_id, array_agg(t.ancestor_id ORDER BY t.depth) AS units
    FROM org_unit_tree t WHERE t.tenant_id = $1 GROUP BY t.unit_id
), latest AS (
    SELECT DISTINCT ON (unit_id) unit_id, path_id, valid_from, units, written_on
    FROM unit_path WHERE tenant_id = $1 ORDER BY unit_id, valid_from DESC
), differing AS (
    SELECT n.unit_id, n.units, l.path_id, l.valid_from, l.written_on,
           l.path_id IS NOT NULL AND EXISTS (
               SELECT FROM record r WHERE r.tenant_id = $1 AND r.path_id = l.path_id) AS used
    FROM now n LEFT JOIN latest l ON l.unit_id = n.unit_id
    WHERE l.units IS DISTINCT FROM n.units
), corrected AS (
    UPDATE unit_path p SET units = d.units FROM differing d
    WHERE p.tenant_id = $1 AND p.path_id = d.path_id AND d.written_on = $2::date AND NOT d.used
)
INSERT INTO unit_path (tenant_id, unit_id, valid_from, units, written_on)
SELECT $1::bigint, unit_id,
       CASE WHEN path_id IS NULL THEN '0001-01-01'
            WHEN valid_from >= $2::date THEN valid_from + 1 -- a second move on the same day
            ELSE $2::date END,
       units, $2::date
FROM differing
WHERE path_id IS NULL OR used OR written_on < $2::date
