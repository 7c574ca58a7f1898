-- Does the caller reach this person today: by a unit of one of his posts, or as himself? People
-- without a post of today are reached by the last post they had, or the first to come.
-- $1 tenant, $2 day, $3 reaches all, $4 trees, $5 single units, $6 his person, $7 the person
WITH RECURSIVE day_unit AS MATERIALIZED (
    SELECT unit_id, parent_id FROM units_on($1, $2)
), reached (unit_id) AS (
    SELECT unit_id FROM day_unit WHERE unit_id = ANY ($4::bigint[])
    UNION
    SELECT d.unit_id FROM day_unit d JOIN reached r ON d.parent_id = r.unit_id
), held AS (
    SELECT o.unit_id, o.valid_from <= $2 AND o.valid_to > $2 AS today,
           row_number() OVER (ORDER BY o.valid_from <= $2 DESC, abs(o.valid_from - $2)) AS nearness
    FROM post o WHERE o.tenant_id = $1 AND o.person_id = $7
)
SELECT EXISTS (SELECT 1 FROM person WHERE tenant_id = $1 AND id = $7)
       AND ($3 OR $6 = $7 OR EXISTS (
           SELECT 1 FROM held h
           WHERE (h.today OR (h.nearness = 1 AND NOT EXISTS (SELECT 1 FROM held WHERE today)))
             AND (h.unit_id IN (SELECT unit_id FROM reached) OR h.unit_id = ANY ($5::bigint[]))))
