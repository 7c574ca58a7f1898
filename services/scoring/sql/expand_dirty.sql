-- Turns "in every period" into a row per period that there is. Run as tenant 0.
WITH taken AS (
    DELETE FROM dirty
    WHERE (tenant_id, period, dirty_id) IN (
        SELECT tenant_id, period, dirty_id FROM dirty WHERE period = ''
        ORDER BY dirty_id LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING *
), spread AS (
    INSERT INTO dirty (tenant_id, period, wide, everybody, people, units, tree_units)
    SELECT t.tenant_id, p.period, t.wide, t.everybody, t.people, t.units, t.tree_units
    FROM taken AS t
    JOIN period AS p ON p.tenant_id = t.tenant_id
                    AND (t.from_day IS NULL OR p.last_day >= t.from_day)
)
SELECT count(*), coalesce(bool_or(wide), false) FROM taken;
