-- Totals of everybody in an earlier period, for formulas. $1 tenant, $2 period.
SELECT owner_kind, owner_id, measure_ids, numerators, denominators
FROM actual WHERE tenant_id = $1 AND period = $2;
