-- Owners that values are to be entered for, by id or (id 0) by code, where they stand today, and the
-- newest value of each. Those that are not there have no row.
-- $1 tenant, $2 day, $3 measure, $4 period, each parallel: $5 number, $6 kinds, $7 ids, $8 codes
SELECT w.at, o.id, o.name, o.above, h.value, coalesce(h.note, ''), coalesce(h.version, 0)
FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) AS w (at, kind, id, code)
JOIN LATERAL (
    SELECT u.unit_id AS id, u.name, coalesce(u.parent_id, 0) AS above
    FROM org_unit u
    WHERE w.kind = 1 AND u.tenant_id = $1 AND u.valid_to > $2
      AND CASE WHEN w.id <> 0 THEN u.unit_id = w.id ELSE u.code = w.code END
    UNION ALL
    SELECT e.person_id, e.name, p.unit_id
    FROM org_person e
    JOIN org_post p ON p.tenant_id = $1 AND p.person_id = e.person_id AND p.main
                   AND p.valid_from <= $2 AND p.valid_to > $2
    WHERE w.kind = 2 AND e.tenant_id = $1 AND e.employed_to > $2
      AND CASE WHEN w.id <> 0 THEN e.person_id = w.id ELSE e.code = w.code END
    LIMIT 1) AS o ON true
LEFT JOIN LATERAL (
    SELECT x.value, x.note, x.version
    FROM hand_value x
    WHERE x.tenant_id = $1 AND x.measure_id = $3 AND x.period = $4 AND x.owner_kind = w.kind
      AND x.owner_id = o.id
    ORDER BY x.version DESC
    LIMIT 1) AS h ON true
ORDER BY w.at
