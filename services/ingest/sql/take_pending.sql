-- Takes versions of records that are to be counted, oldest notes first, until there are enough;
-- answers each with its record as it stands. $1 tenant, $2 versions at most (the last note is
-- taken whole).
-- (LATERAL ... OFFSET 0: always by the index, also when the plan was made while the table was small.)
WITH waiting AS (
    SELECT pending_id, records AS n, sum(records) OVER (ORDER BY pending_id) AS upto
    FROM (SELECT pending_id, records FROM pending WHERE tenant_id = $1
          ORDER BY pending_id LIMIT 5000) p
), gone AS (
    DELETE FROM pending p USING waiting w
    WHERE p.tenant_id = $1 AND p.pending_id = w.pending_id AND w.upto - w.n < $2::bigint
    RETURNING p.run_id, p.ids, p.versions
), item AS (
    SELECT run_id, unnest(ids) AS record_id, unnest(versions) AS version FROM gone
)
SELECT i.record_id, i.version, i.run_id, r.version, r.deleted, r.person_id, r.path_id, r.dims_id,
       r.occurred_on, r.amount, r.collected, coalesce(r.cost, 0), r.quantity, r.customer,
       CASE WHEN r.order_no = '' THEN r.source_key ELSE r.order_no END
FROM item i CROSS JOIN LATERAL (
    SELECT * FROM record r WHERE r.tenant_id = $1 AND r.record_id = i.record_id OFFSET 0) r
