-- Units as org told them: a unit that is new stands in its place since ever; a state that begins
-- later than the one known is a further place, the same one again a correction. How many changed
-- the tree? $1 tenant, then by unit: $2 id, $3 parent, $4 valid from, $5 valid to (infinity =
-- open), $6 version.
WITH told AS (
    SELECT DISTINCT ON (unit_id) w.*
    FROM unnest($2::bigint[], $3::bigint[], $4::date[], $5::date[], $6::bigint[])
         AS w (unit_id, parent_id, valid_from, valid_to, version)
    ORDER BY unit_id, version DESC
), last AS (
    SELECT DISTINCT ON (p.unit_id) p.*
    FROM place AS p JOIN told AS w ON p.tenant_id = $1 AND p.unit_id = w.unit_id
    ORDER BY p.unit_id, p.from_day DESC
), newer AS (
    SELECT w.unit_id, w.parent_id, w.valid_from, nullif(w.valid_to, 'infinity') AS closed_on,
           w.version,
           CASE WHEN l.unit_id IS NULL THEN '-infinity'::date
                WHEN w.valid_from <= l.valid_from THEN l.from_day
                ELSE w.valid_from END AS from_day,
           l.parent_id IS DISTINCT FROM w.parent_id
           OR l.closed_on IS DISTINCT FROM nullif(w.valid_to, 'infinity') AS matters
    FROM told AS w LEFT JOIN last AS l USING (unit_id)
    WHERE l.version IS NULL OR l.version < w.version
), stored AS (
    INSERT INTO place (tenant_id, unit_id, from_day, valid_from, parent_id, closed_on, version)
    SELECT $1, unit_id, from_day, valid_from, parent_id, closed_on, version FROM newer
    ON CONFLICT (tenant_id, unit_id, from_day) DO UPDATE
    SET parent_id = excluded.parent_id, valid_from = excluded.valid_from,
        closed_on = excluded.closed_on, version = excluded.version
    WHERE place.version < excluded.version
)
SELECT count(*) FILTER (WHERE matters) FROM newer;
