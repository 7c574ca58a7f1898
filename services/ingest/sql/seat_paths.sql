-- The path that counts for somebody on a day: of his main post, or else of the unit that the task is
-- about; 0 = none. In the order that was asked for. $1 tenant; side by side: $2 people, $3 days,
-- $4 units.
SELECT coalesce(post.path_id, unit.path_id, 0)
FROM unnest($2::bigint[], $3::date[], $4::bigint[]) WITH ORDINALITY AS w (person_id, day, unit_id, at)
LEFT JOIN LATERAL (
    SELECT p.path_id
    FROM org_post o
    JOIN unit_path p ON p.tenant_id = $1 AND p.unit_id = o.unit_id AND p.valid_from <= w.day
    WHERE o.tenant_id = $1 AND o.person_id = w.person_id AND o.valid_from <= w.day
      AND o.valid_to > w.day
    ORDER BY o.main DESC, o.ordinal, p.valid_from DESC
    LIMIT 1) post ON true
LEFT JOIN LATERAL (
    SELECT p.path_id FROM unit_path p
    WHERE p.tenant_id = $1 AND p.unit_id = w.unit_id AND p.valid_from <= w.day
    ORDER BY p.valid_from DESC
    LIMIT 1) unit ON true
ORDER BY w.at
