-- What some units' figures come from. $1 tenant, $2 period, $3 units, each once.
SELECT w.unit_id, a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values"
FROM unnest($3::bigint[]) AS w (unit_id)
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = $2 AND a.owner_kind = 1
                     AND a.owner_id = w.unit_id
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = $2 AND t.owner_kind = 1
                     AND t.owner_id = w.unit_id
WHERE a.owner_id IS NOT NULL OR t.owner_id IS NOT NULL;
