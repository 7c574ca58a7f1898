-- Who the caller is, with his main post of the day. $1 tenant, $2 person, $3 now
SELECT t.name, p.name, p.language, coalesce(a.account, ''), coalesce(a.must_change, false),
       coalesce(o.unit_id, 0), coalesce(u.name, ''), coalesce(o.position, ''), t.root_unit_id
FROM tenant t
JOIN person p ON p.tenant_id = t.id AND p.id = $2
LEFT JOIN account a ON a.tenant_id = t.id AND a.person_id = p.id
LEFT JOIN LATERAL (
    SELECT po.unit_id, po.position
    FROM post po
    WHERE po.tenant_id = t.id AND po.person_id = p.id
      AND po.valid_from <= (($3)::timestamptz AT TIME ZONE t.time_zone)::date
    ORDER BY (po.valid_to > (($3)::timestamptz AT TIME ZONE t.time_zone)::date) DESC,
             po.main DESC, po.valid_from DESC
    LIMIT 1) o ON true
LEFT JOIN LATERAL (
    SELECT s.name FROM unit_state s
    WHERE s.tenant_id = t.id AND s.unit_id = o.unit_id
      AND s.valid_from <= (($3)::timestamptz AT TIME ZONE t.time_zone)::date
    ORDER BY s.valid_from DESC LIMIT 1) u ON true
WHERE t.id = $1
