-- Adds to totals; answers the version that they have now. $1 tenant, $2 kinds, $3 owners,
-- $4 periods, $5 series, $6 records, $7 amounts, $8 collected, $9 costs, $10 quantities,
-- $11 distinct, $12 repeat, $13 version.
INSERT INTO total AS old (tenant_id, owner_kind, owner_id, period, series_id, records, amount,
                          collected, cost, quantity, distinct_values, repeat_values, version)
SELECT $1::bigint, w.kind::smallint, w.id, w.period, w.series::integer, w.records, w.amount,
       w.collected, w.cost, w.quantity, w.d, w.r, $13::bigint
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::numeric[],
            $8::numeric[], $9::numeric[], $10::numeric[], $11::bigint[], $12::bigint[])
     AS w (kind, id, period, series, records, amount, collected, cost, quantity, d, r)
ON CONFLICT (tenant_id, owner_kind, owner_id, period, series_id) DO UPDATE SET
    records = old.records + excluded.records,
    amount = old.amount + excluded.amount,
    collected = old.collected + excluded.collected,
    cost = old.cost + excluded.cost,
    quantity = old.quantity + excluded.quantity,
    distinct_values = old.distinct_values + excluded.distinct_values,
    repeat_values = old.repeat_values + excluded.repeat_values,
    version = excluded.version
