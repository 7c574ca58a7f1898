-- The totals of owners in periods, each with the place of the owner in the list. $1 tenant,
-- $2 kinds, $3 owners, $4 periods.
-- (LATERAL ... OFFSET 0: always by the index, also when the plan was made while the table was small.)
SELECT w.at, t.series_id, t.records, t.amount, t.collected, t.cost, t.quantity, t.distinct_values,
       t.repeat_values, t.version
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS w (kind, id, period, at)
CROSS JOIN LATERAL (
    SELECT * FROM total t
    WHERE t.tenant_id = $1 AND t.owner_kind = w.kind AND t.owner_id = w.id
      AND t.period = w.period
    OFFSET 0) t
