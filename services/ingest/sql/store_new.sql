-- Records whose key nobody had before, and the note that they are to be counted; answers how many
-- there were. $1 tenant, $2 source, $3 run, $4 now; column by column: $5 key, $6 order, $7 amount,
-- $8 collected, $9 cost, $10 cost is known, $11 quantity, $12 customer, $13 dims, $14 person,
-- $15 unit, $16 path, $17 day, $18 time, $19 line.
WITH made AS (
    INSERT INTO record (tenant_id, source_id, source_key, version, deleted, order_no, amount,
                        collected, cost, quantity, customer, dims_id, person_id, unit_id, path_id,
                        occurred_on, occurred_at, run_id, line, stored_at)
    SELECT $1::bigint, $2::integer, t.source_key, 1, false, t.order_no, t.amount, t.collected,
           CASE WHEN t.cost_known THEN t.cost END, t.quantity, t.customer, t.dims_id, t.person_id,
           t.unit_id, t.path_id, t.occurred_on, t.occurred_at, $3::bigint, t.line, $4::timestamptz
    FROM unnest($5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[],
                $10::boolean[], $11::numeric[], $12::text[], $13::bigint[], $14::bigint[],
                $15::bigint[], $16::bigint[], $17::date[], $18::timestamptz[], $19::bigint[])
         AS t (source_key, order_no, amount, collected, cost, cost_known, quantity, customer,
               dims_id, person_id, unit_id, path_id, occurred_on, occurred_at, line)
    ON CONFLICT (tenant_id, source_id, source_key) DO NOTHING
    RETURNING record_id
), noted AS (
    INSERT INTO pending (tenant_id, run_id, ids, versions)
    SELECT $1::bigint, $3::bigint, array_agg(record_id),
           array_fill(1::bigint, ARRAY[count(*)::integer])
    FROM made HAVING count(*) > 0
)
SELECT count(*) FROM made
