-- How many people a plan reaches on a day: those to whom it gives one indicator at least, as the
-- most specific of all plans in force (see specificity.h).
-- $1 tenant, $2 plan, $3 day
WITH in_force AS (
    SELECT DISTINCT ON (v.plan_id)
           v.plan_id, v.version, v.position, v.unit_id, v.person_id, v.retired
    FROM plan_version v
    WHERE v.tenant_id = $1 AND v.effective_from <= $3
    ORDER BY v.plan_id, v.effective_from DESC, v.version DESC
), ranked AS (
    SELECT f.plan_id, f.version, f.position, f.unit_id, f.person_id,
           CASE WHEN f.person_id <> 0 THEN 1000000
                WHEN f.unit_id <> 0 THEN
                    2 * (SELECT max(t.depth) FROM org_unit_tree t
                         WHERE t.tenant_id = $1 AND t.unit_id = f.unit_id)
                    + 2 + (f.position <> '')::int
                ELSE (f.position <> '')::int END AS rank
    FROM in_force f
    WHERE NOT f.retired
), offers AS ( -- of rivals only those that hold one of our indicators count
    SELECT r.plan_id, r.position, r.unit_id, r.person_id, r.rank, i.indicator_id
    FROM ranked r
    JOIN plan_item i ON i.tenant_id = $1 AND i.plan_id = r.plan_id AND i.version = r.version
    WHERE i.indicator_id IN (
        SELECT o.indicator_id FROM ranked q
        JOIN plan_item o ON o.tenant_id = $1 AND o.plan_id = q.plan_id AND o.version = q.version
        WHERE q.plan_id = $2)
), people AS (
    SELECT o.person_id, o.unit_id, o.position
    FROM org_post o
    JOIN org_person p ON p.tenant_id = $1 AND p.person_id = o.person_id
    WHERE o.tenant_id = $1 AND o.main AND o.valid_from <= $3
      AND o.valid_to > $3
      AND p.employed_from <= $3 AND p.employed_to > $3
), reached AS (
    SELECT p.person_id, f.plan_id, f.rank, f.indicator_id
    FROM people p
    JOIN offers f ON f.person_id = p.person_id
                  OR (f.person_id = 0 AND f.unit_id = 0 AND f.position IN ('', p.position))
    UNION ALL
    SELECT p.person_id, f.plan_id, f.rank, f.indicator_id
    FROM offers f
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = f.unit_id
    JOIN people p ON p.unit_id = t.unit_id AND f.position IN ('', p.position)
    WHERE f.person_id = 0 AND f.unit_id <> 0
), won AS (
    SELECT DISTINCT ON (person_id, indicator_id) person_id, plan_id
    FROM reached
    ORDER BY person_id, indicator_id, rank DESC, plan_id
)
SELECT count(DISTINCT person_id) FROM won WHERE plan_id = $2
