-- Versions of plans, one row an item: of one plan all of them, newest first; of all plans (id 0)
-- those in force on a day and the coming ones, that the caller may know of. Everybody may know of
-- plans for everybody and for positions; plans of a unit tree concern those above, in and below
-- it; a person's plan concerns who may see the person.
-- $1 tenant, $2 plan or 0, $3 day, $4 everything, $5 trees and $6 single units within reach,
-- $7 the caller's person or 0
WITH reach AS (
    SELECT t.unit_id
    FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($5::bigint[])
    UNION
    SELECT unnest($6::bigint[])
), own AS (
    SELECT o.unit_id
    FROM org_post o
    WHERE o.tenant_id = $1 AND o.person_id = $7 AND o.valid_from <= $3
      AND o.valid_to > $3
    UNION
    SELECT unit_id FROM reach
), about AS (
    SELECT unit_id FROM reach
    UNION
    SELECT t.ancestor_id
    FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.unit_id IN (SELECT unit_id FROM own)
), wanted AS (
    SELECT v.*, p.code, p.version AS newest
    FROM plan p
    JOIN plan_version v ON v.tenant_id = $1 AND v.plan_id = p.plan_id
    WHERE p.tenant_id = $1
      AND ($2 = 0 OR p.plan_id = $2)
      AND ($2 <> 0 OR v.effective_from > $3 OR v.version = (
          SELECT f.version
          FROM plan_version f
          WHERE f.tenant_id = $1 AND f.plan_id = p.plan_id AND f.effective_from <= $3
          ORDER BY f.effective_from DESC, f.version DESC
          LIMIT 1))
)
SELECT v.plan_id, v.version, v.code, v.name, v.position, v.unit_id, v.person_id, v.missing_policy,
       v.total_decimals, v.effective_from, v.author, v.author_person_id, v.reason, v.changed_at,
       v.retired,
       i.indicator_id, i.weight, i.full_marks, i.lower, i.cap, i.threshold, i.lower_is_better,
       i.decimals, i.rule, v.grading
FROM wanted v
JOIN plan_item i ON i.tenant_id = $1 AND i.plan_id = v.plan_id AND i.version = v.version
WHERE $4
   OR (v.person_id = 0 AND v.unit_id = 0)
   OR (v.person_id = 0 AND v.unit_id IN (SELECT unit_id FROM about))
   OR (v.person_id <> 0 AND (v.person_id = $7 OR EXISTS (
       SELECT FROM org_post o
       WHERE o.tenant_id = $1 AND o.person_id = v.person_id
         AND o.unit_id IN (SELECT unit_id FROM reach))))
ORDER BY v.plan_id, v.version DESC, i.ordinal
