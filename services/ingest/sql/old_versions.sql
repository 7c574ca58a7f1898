-- Versions out of the history. $1 tenant, $2 records, $3 versions, $4 signs and $5 runs, that are
-- given back.
-- (LATERAL ... OFFSET 0: always by the index, also when the plan was made while the table was small.)
SELECT w.sign, r.record_id, r.deleted, w.run_id, r.person_id, r.path_id, r.dims_id, r.occurred_on, r.amount,
       r.collected, coalesce(r.cost, 0), r.quantity, r.customer,
       CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
     AS w (record_id, version, sign, run_id)
CROSS JOIN LATERAL (
    SELECT * FROM record_version r
    WHERE r.tenant_id = $1 AND r.record_id = w.record_id AND r.version = w.version
    OFFSET 0) r
