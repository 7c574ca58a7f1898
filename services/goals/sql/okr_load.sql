-- Objectives in their newest version, in the order of the ids, with the place of the owner today (the
-- unit that he is or is in, and the one above) and of the owner of what it is aligned to.
-- $1 tenant, $2 ids, $3 day
SELECT o.objective_id, o.version, o.state, o.owner_kind, o.owner_id, o.period, v.body, v.author,
       v.author_person_id, v.reason, v.changed_at, coalesce(a.name, ''),
       coalesce(p.name, ''), coalesce(p.inside, 0), coalesce(p.above, 0), p.inside IS NOT NULL,
       coalesce(u.name, ''),
       coalesce(up.body, ''), coalesce(upp.name, ''), coalesce(upo.owner_kind, 0),
       coalesce(upo.owner_id, 0), coalesce(upp.inside, 0), coalesce(upp.above, 0),
       upp.inside IS NOT NULL, coalesce(u.unit_id, 0)
FROM unnest($2::bigint[]) WITH ORDINALITY AS w (id, ordinal)
JOIN objective o ON o.tenant_id = $1 AND o.objective_id = w.id
JOIN objective_version v ON v.tenant_id = $1 AND v.objective_id = o.objective_id
                        AND v.version = o.version
LEFT JOIN org_person a ON a.tenant_id = $1 AND a.person_id = v.author_person_id
LEFT JOIN LATERAL (
    SELECT x.name, x.unit_id AS inside, coalesce(x.parent_id, 0) AS above
    FROM org_unit x
    WHERE o.owner_kind = 1 AND x.tenant_id = $1 AND x.unit_id = o.owner_id AND x.valid_to > $3
    UNION ALL
    SELECT e.name, q.unit_id, q.unit_id
    FROM org_person e
    LEFT JOIN org_post q ON q.tenant_id = $1 AND q.person_id = e.person_id AND q.main
                        AND q.valid_from <= $3 AND q.valid_to > $3
    WHERE o.owner_kind = 2 AND e.tenant_id = $1 AND e.person_id = o.owner_id
    LIMIT 1) AS p ON true
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.inside
LEFT JOIN objective_link l ON l.tenant_id = $1 AND l.objective_id = o.objective_id AND l.up
LEFT JOIN objective upo ON upo.tenant_id = $1 AND upo.objective_id = l.to_id
LEFT JOIN objective_version up ON up.tenant_id = $1 AND up.objective_id = upo.objective_id
                              AND up.version = upo.version
LEFT JOIN LATERAL (
    SELECT x.name, x.unit_id AS inside, coalesce(x.parent_id, 0) AS above
    FROM org_unit x
    WHERE upo.owner_kind = 1 AND x.tenant_id = $1 AND x.unit_id = upo.owner_id
      AND x.valid_to > $3) AS upp ON true
ORDER BY w.ordinal
