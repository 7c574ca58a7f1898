-- An owner's actuals by month. $1 tenant, $2 owner kind, $3 owner, $4 months.
SELECT m.ordinal - 1, a.measure_ids, a.numerators, a.denominators
FROM unnest($4::text[]) WITH ORDINALITY AS m (period, ordinal)
JOIN actual AS a ON a.tenant_id = $1 AND a.period = m.period AND a.owner_kind = $2::bigint
                AND a.owner_id = $3;
