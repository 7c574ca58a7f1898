-- Where owners stand today: the unit above a unit (0 = the root), the unit of a person's main
-- post. Owners that are not there (any more) have no row.
-- $1 tenant, $2 kinds, $3 owners, $4 day, $5 numbers of the owners, answered with each
SELECT o.at, coalesce(u.parent_id, 0), u.name
FROM unnest($2::bigint[], $3::bigint[], $5::bigint[]) AS o (kind, id, at)
JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = o.id AND u.valid_to > $4
WHERE o.kind = 1
UNION ALL
SELECT o.at, p.unit_id, e.name
FROM unnest($2::bigint[], $3::bigint[], $5::bigint[]) AS o (kind, id, at)
JOIN org_person e ON e.tenant_id = $1 AND e.person_id = o.id
                 AND e.employed_to > $4
JOIN org_post p ON p.tenant_id = $1 AND p.person_id = o.id AND p.main
               AND p.valid_from <= $4 AND p.valid_to > $4
WHERE o.kind = 2
