-- How many cases a track will have. $1 tenant, $2 unit, $3 kind of subject, $4 kinds of units, $5 the
-- day of the start, $6 today.
SELECT count(*) FROM (SELECT u.unit_id AS subject_id, u.unit_id
    FROM org_unit u
    WHERE $3::bigint = 1 AND u.tenant_id = $1 AND u.unit_id = $2 
    UNION ALL
    SELECT u.unit_id, u.unit_id
    FROM org_unit u
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = $2 AND t.unit_id = u.unit_id
    WHERE $3::bigint = 2 AND u.tenant_id = $1 AND u.kind = ANY ($4::bigint[])
      AND u.valid_to > $5::date 
    UNION ALL
    SELECT p.person_id, o.unit_id
    FROM org_person p
    JOIN org_post o ON o.tenant_id = $1 AND o.person_id = p.person_id AND o.main
         AND o.valid_from <= $5::date AND o.valid_to > $5::date
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = $2 AND t.unit_id = o.unit_id
    WHERE $3::bigint = 3 AND p.tenant_id = $1
      AND p.employed_from <= $5::date AND p.employed_to > greatest($5::date, $6::date)) s
