-- The tree of a day as far as the caller reaches: what his grants cover, the units of his posts,
-- and everything above those. Parents before children. Counts and heads only where he reaches.
-- $1 tenant, $2 day, $3 reaches all, $4 trees, $5 single units, $6 his person
WITH RECURSIVE day_unit AS MATERIALIZED (
    SELECT * FROM units_on($1, $2)
), placed (unit_id, parent_id, depth, place, line) AS (
    SELECT unit_id, parent_id, 0, ARRAY[code], ARRAY[unit_id] FROM day_unit WHERE parent_id = 0
    UNION ALL
    SELECT d.unit_id, d.parent_id, p.depth + 1, p.place || d.code, p.line || d.unit_id
    FROM day_unit d JOIN placed p ON d.parent_id = p.unit_id
), own AS (
    SELECT o.unit_id FROM post o
    WHERE o.tenant_id = $1 AND o.person_id = $6
      AND o.valid_from <= $2 AND o.valid_to > $2
), covered AS (
    SELECT unit_id, line FROM placed
    WHERE $3 OR line && $4::bigint[] OR unit_id = ANY ($5::bigint[])
), shown AS (
    SELECT DISTINCT unnest(line) AS unit_id FROM covered
    UNION
    SELECT DISTINCT unnest(p.line) FROM placed p JOIN own o USING (unit_id)
), working AS (
    SELECT o.unit_id, o.person_id, o.main, p.manager_id
    FROM post o JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.person_id
    WHERE o.tenant_id = $1
      AND o.valid_from <= $2 AND o.valid_to > $2
      AND p.employed_from <= $2 AND p.employed_to > $2
), direct AS (
    SELECT unit_id, count(*) AS people FROM working GROUP BY unit_id
), below AS (
    SELECT a.unit_id, sum(d.people) AS people
    FROM direct d JOIN placed p USING (unit_id)
    CROSS JOIN LATERAL unnest(p.line) AS a (unit_id)
    GROUP BY a.unit_id
), granted AS (
    -- Director 3 before team lead 2 before vice president 4.
    SELECT DISTINCT ON (g.unit_id) g.unit_id, g.person_id
    FROM person_grant g
    WHERE g.tenant_id = $1 AND g.role IN (2, 3, 4) AND g.unit_id <> 0
    ORDER BY g.unit_id, array_position(ARRAY[3, 2, 4], g.role::integer), g.person_id
), reports AS (
    SELECT manager_id AS person_id, count(*) AS reports
    FROM working WHERE main AND manager_id <> 0 GROUP BY manager_id
), reported AS (
    -- Without a grant: who of the unit's own people most people report to.
    SELECT DISTINCT ON (w.unit_id) w.unit_id, w.person_id
    FROM working w JOIN reports r USING (person_id)
    WHERE w.main
    ORDER BY w.unit_id, r.reports DESC, w.person_id
)
SELECT d.unit_id, d.code, d.name, d.kind, d.parent_id, d.valid_from, d.ends, d.version, p.depth,
       CASE WHEN c.unit_id IS NOT NULL THEN coalesce(direct.people, 0) ELSE 0 END,
       CASE WHEN c.unit_id IS NOT NULL THEN coalesce(below.people, 0) ELSE 0 END::bigint,
       coalesce(head.id, 0), coalesce(head.name, '')
FROM shown s
JOIN placed p USING (unit_id)
JOIN day_unit d USING (unit_id)
LEFT JOIN covered c USING (unit_id)
LEFT JOIN direct USING (unit_id)
LEFT JOIN below USING (unit_id)
LEFT JOIN granted USING (unit_id)
LEFT JOIN reported USING (unit_id)
LEFT JOIN person head ON head.tenant_id = $1
    AND head.id = coalesce(granted.person_id, reported.person_id)
    AND (c.unit_id IS NOT NULL OR s.unit_id IN (SELECT unit_id FROM own))
ORDER BY p.place
