-- The teams of a unit whose records are waited for, and whether there are any: units with nothing
-- below them in which somebody is in sales, or that had records in the months before.
-- $1 tenant, $2 unit, $3 first day, $4 last day, $5 first day of the months before, $6 positions that
-- are in sales (none: whoever has a target), $7 periods of such targets.
WITH team AS (
    SELECT u.unit_id, u.name
    FROM org_unit_tree t
    JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = t.unit_id
                   AND u.valid_from <= $4::date AND u.valid_to > $3::date
    WHERE t.tenant_id = $1 AND t.ancestor_id = $2
      AND NOT EXISTS (SELECT FROM org_unit c
                      WHERE c.tenant_id = $1 AND c.parent_id = u.unit_id
                        AND c.valid_from <= $4::date AND c.valid_to > $3::date)
), counted AS (
    SELECT t.unit_id, t.name,
           EXISTS (SELECT FROM unit_path p
                   JOIN record r ON r.tenant_id = $1 AND r.path_id = p.path_id AND NOT r.deleted
                                AND r.occurred_on BETWEEN $3::date AND $4::date
                   JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id AND d.kind = 0
                   WHERE p.tenant_id = $1 AND p.unit_id = t.unit_id) AS present,
           EXISTS (SELECT FROM unit_path p
                   JOIN record r ON r.tenant_id = $1 AND r.path_id = p.path_id AND NOT r.deleted
                                AND r.occurred_on >= $5::date AND r.occurred_on < $3::date
                   JOIN dims d ON d.tenant_id = $1 AND d.dims_id = r.dims_id AND d.kind = 0
                   WHERE p.tenant_id = $1 AND p.unit_id = t.unit_id) AS before,
           EXISTS (SELECT FROM org_post o
                   JOIN org_person e ON e.tenant_id = $1 AND e.person_id = o.person_id
                                    AND e.employed_from <= $4::date AND e.employed_to > $3::date
                   WHERE o.tenant_id = $1 AND o.unit_id = t.unit_id AND o.main
                     AND o.valid_from <= $4::date AND o.valid_to > $3::date
                     AND (o.position = ANY ($6::text[])
                          OR (cardinality($6::text[]) = 0
                              AND EXISTS (SELECT FROM person_target g
                                          WHERE g.tenant_id = $1 AND g.person_id = o.person_id
                                            AND g.period = ANY ($7::text[])
                                            AND NOT g.removed)))) AS sales
    FROM team t
)
SELECT unit_id, name, present FROM counted WHERE present OR before OR sales
ORDER BY name, unit_id
