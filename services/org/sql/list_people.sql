-- A page of the people that the caller reaches and the filters let through, by code; with how
-- many there are in all. $1 tenant, $2 day, $3 reaches all, $4 trees, $5 single units,
-- $6 his person (0: not even himself), $7 unit (0 = any), $8 with the units below, $9 pattern for
-- LIKE ('' = any), $10 after this code, $11 how many
WITH RECURSIVE day_unit AS MATERIALIZED (
    SELECT unit_id, parent_id FROM units_on($1, $2)
), reached (unit_id) AS (
    SELECT unit_id FROM day_unit WHERE unit_id = ANY ($4::bigint[])
    UNION
    SELECT d.unit_id FROM day_unit d JOIN reached r ON d.parent_id = r.unit_id
), wanted (unit_id) AS (
    SELECT unit_id FROM day_unit WHERE unit_id = $7
    UNION
    SELECT d.unit_id FROM day_unit d JOIN wanted w ON d.parent_id = w.unit_id WHERE $8
), working AS (
    SELECT o.person_id, o.unit_id FROM post o
    WHERE o.tenant_id = $1 AND o.valid_from <= $2 AND o.valid_to > $2
), found AS (
    SELECT p.id, p.code
    FROM person p
    WHERE p.tenant_id = $1
      AND p.employed_from <= $2 AND p.employed_to > $2
      AND ($9 = '' OR p.name ILIKE $9 OR p.code ILIKE $9)
      AND ($3 OR p.id = $6 OR p.id IN (
          SELECT w.person_id FROM working w
          WHERE w.unit_id IN (SELECT unit_id FROM reached) OR w.unit_id = ANY ($5::bigint[])))
      AND ($7 = 0 OR p.id IN (
          SELECT w.person_id FROM working w WHERE w.unit_id IN (SELECT unit_id FROM wanted)))
)
SELECT (SELECT count(*) FROM found) AS total, page.id, page.code
FROM (SELECT 1) one
LEFT JOIN LATERAL (
    SELECT id, code FROM found WHERE code > $10 ORDER BY code LIMIT $11) page ON true
ORDER BY page.code
