-- The same of some people. $1 tenant, $2 period, $3 with floors and stretches, $4 people, each once.
SELECT w.person_id, a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values",
       CASE WHEN $3 THEN array_replace(t.floors, NULL, -1) END,
       CASE WHEN $3 THEN array_replace(t.stretches, NULL, -1) END
FROM unnest($4::bigint[]) AS w (person_id)
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = $2 AND a.owner_kind = 2
                     AND a.owner_id = w.person_id
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = $2 AND t.owner_kind = 2
                     AND t.owner_id = w.person_id
WHERE a.owner_id IS NOT NULL OR t.owner_id IS NOT NULL;
