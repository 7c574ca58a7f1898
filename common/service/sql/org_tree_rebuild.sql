-- Brings the closure of a tenant's tree in line with its units, touching only what differs.
-- $1 tenant.
WITH RECURSIVE walk AS (
    SELECT unit_id AS ancestor_id, unit_id, 0 AS depth FROM org_unit WHERE tenant_id = $1
    UNION ALL
    SELECT w.ancestor_id, u.unit_id, w.depth + 1
    FROM walk w JOIN org_unit u ON u.tenant_id = $1 AND u.parent_id = w.unit_id
    WHERE w.depth < 64 -- org refuses circles; this only bounds the damage
), tree AS MATERIALIZED (
    SELECT ancestor_id, unit_id, min(depth) AS depth FROM walk GROUP BY 1, 2
), gone AS (
    DELETE FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND NOT EXISTS (
        SELECT FROM tree n WHERE n.ancestor_id = t.ancestor_id AND n.unit_id = t.unit_id)
)
INSERT INTO org_unit_tree AS old (tenant_id, ancestor_id, unit_id, depth)
SELECT $1::bigint, ancestor_id, unit_id, depth FROM tree
ON CONFLICT (tenant_id, ancestor_id, unit_id) DO UPDATE SET depth = excluded.depth
WHERE old.depth <> excluded.depth
