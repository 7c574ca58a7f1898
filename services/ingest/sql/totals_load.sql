-- The totals of owners in periods, each with the place of the owner in the list. $1 tenant,
-- $2 kinds, $3 owners, $4 periods.
SELECT w.at, t.series_id, t.records, t.amount, t.collected, t.cost, t.quantity, t.distinct_values,
       t.repeat_values, t.version
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS w (kind, id, period, at)
JOIN total t ON t.tenant_id = $1 AND t.owner_kind = w.kind::smallint AND t.owner_id = w.id
            AND t.period = w.period
