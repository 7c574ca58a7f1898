-- What some people are scored by, and their stored scores. $1 tenant, $2 period, $3 people, each
-- once, $4 with floors and stretches (-1 = none).
SELECT w.person_id, a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values",
       s.version, s.unit_id, s.scheme_id, s.scores, s.remarks, s.total, s.attainment, s.actual,
       s.target, s.rank, s.open_items, s.inputs,
       CASE WHEN $4 THEN array_replace(t.floors, NULL, -1) END,
       CASE WHEN $4 THEN array_replace(t.stretches, NULL, -1) END
FROM unnest($3::bigint[]) AS w (person_id)
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = $2 AND a.owner_kind = 2
                     AND a.owner_id = w.person_id
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = $2 AND t.owner_kind = 2
                     AND t.owner_id = w.person_id
LEFT JOIN score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.person_id = w.person_id
WHERE a.owner_id IS NOT NULL OR t.owner_id IS NOT NULL;
