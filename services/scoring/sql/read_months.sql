-- A unit's actuals and targets by month. $1 tenant, $2 unit, $3 months.
SELECT m.period, a.measure_ids, a.numerators, a.denominators, t.indicator_ids, t."values"
FROM unnest($3::text[]) WITH ORDINALITY AS m (period, ordinal)
LEFT JOIN actual AS a ON a.tenant_id = $1 AND a.period = m.period AND a.owner_kind = 1
                     AND a.owner_id = $2
LEFT JOIN target AS t ON t.tenant_id = $1 AND t.period = m.period AND t.owner_kind = 1
                     AND t.owner_id = $2
ORDER BY m.ordinal;
