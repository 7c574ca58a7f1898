-- Who can decide, for each question, the nearest first: somebody employed, with the distance in the
-- tree. $1 tenant, $2 today; arrays, one element a question: $3 its number, $4 who ('self',
-- 'manager', 'person', 'role'), $5 the subject's person (0: none), $6 unit, $7 person code, $8 role,
-- $9 unit code ('': $6).
WITH RECURSIVE ask AS MATERIALIZED (
    SELECT a.k, a.how, a.person, a.code, a.role,
           CASE WHEN a.unit_code = '' THEN a.unit ELSE coalesce((
               SELECT u.unit_id FROM org_unit u WHERE u.tenant_id = $1 AND u.code = a.unit_code
               ORDER BY u.valid_to DESC, u.unit_id LIMIT 1), 0) END AS unit
    FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[],
                $9::text[]) AS a (k, how, person, unit, code, role, unit_code)
), manager AS (
    SELECT a.k, a.person AS person_id, -1 AS level FROM ask a WHERE a.how = 'manager'
    UNION ALL
    SELECT m.k, p.manager_id, m.level + 1
    FROM manager m JOIN org_person p ON p.tenant_id = $1 AND p.person_id = m.person_id
    WHERE p.manager_id IS NOT NULL AND m.level < 12 -- org refuses circles; this only bounds it
), above AS MATERIALIZED ( -- first up the tree, then to the grants: there are more of these
    SELECT a.k, a.role, t.ancestor_id AS unit_id, t.depth
    FROM ask a JOIN org_unit_tree t ON t.tenant_id = $1 AND t.unit_id = a.unit
    WHERE a.how = 'role'
), found AS (
    SELECT a.k, a.person AS person_id, 0 AS depth FROM ask a WHERE a.how = 'self'
    UNION ALL
    SELECT m.k, m.person_id, m.level FROM manager m WHERE m.level >= 0
    UNION ALL
    SELECT a.k, p.person_id, 0
    FROM ask a JOIN org_person p ON p.tenant_id = $1 AND p.code = a.code
    WHERE a.how = 'person'
    UNION ALL
    SELECT o.k, g.person_id, o.depth
    FROM above o
    JOIN org_grant g ON g.tenant_id = $1 AND g.role = o.role AND g.unit_id = o.unit_id
         AND (g.scope IN (3, 4) OR g.scope = 2 AND o.depth = 0)
    UNION ALL
    SELECT a.k, g.person_id, 1000
    FROM ask a JOIN org_grant g ON g.tenant_id = $1 AND g.role = a.role AND g.unit_id = 0
         AND g.scope = 5
    WHERE a.how = 'role'
)
SELECT f.k, f.person_id, min(f.depth)
FROM found f
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = f.person_id
WHERE p.employed_from <= $2::date AND p.employed_to > $2::date
GROUP BY f.k, f.person_id
ORDER BY f.k, min(f.depth), f.person_id
