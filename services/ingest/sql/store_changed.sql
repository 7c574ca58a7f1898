-- Records that are there already: what differs becomes a new version, the old one goes to the
-- history; a deletion reverses. Answers how many were changed and deleted. Parameters as in
-- store_new, and $20 deleted. Rows are looked at without a lock first, so that a file that brings
-- nothing new writes nothing.
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[],
                         $10::boolean[], $11::numeric[], $12::text[], $13::bigint[], $14::bigint[],
                         $15::bigint[], $16::bigint[], $17::date[], $18::timestamptz[],
                         $19::bigint[], $20::boolean[])
         AS t (source_key, order_no, amount, collected, cost_given, cost_known, quantity, customer,
               dims_id, person_id, unit_id, path_id, occurred_on, occurred_at, line, deleted)
), differing AS MATERIALIZED (
    SELECT i.source_key
    FROM input i
    CROSS JOIN LATERAL (
        SELECT * FROM record r
        WHERE r.tenant_id = $1::bigint AND r.source_id = $2::integer
          AND r.source_key = i.source_key
        OFFSET 0) r -- always by the index, whatever the plan was made for
    WHERE CASE WHEN i.deleted OR r.deleted THEN i.deleted <> r.deleted
          ELSE (r.amount, r.collected, r.cost, r.quantity, r.order_no, r.customer, r.dims_id,
                r.person_id, r.unit_id, r.occurred_at)
               IS DISTINCT FROM
               (i.amount, i.collected, CASE WHEN i.cost_known THEN i.cost_given END, i.quantity,
                i.order_no, i.customer, i.dims_id, i.person_id, i.unit_id, i.occurred_at) END
), locked AS MATERIALIZED (
    SELECT r.* FROM differing d
    CROSS JOIN LATERAL (
        SELECT * FROM record r
        WHERE r.tenant_id = $1::bigint AND r.source_id = $2::integer
          AND r.source_key = d.source_key
        FOR UPDATE) r -- in the order of the input: by key
), next AS MATERIALIZED (
    SELECT i.*, CASE WHEN i.cost_known THEN i.cost_given END AS cost, r.record_id,
           r.version + 1 AS version
    FROM locked r JOIN input i ON i.source_key = r.source_key
    WHERE CASE WHEN i.deleted OR r.deleted THEN i.deleted <> r.deleted
          ELSE (r.amount, r.collected, r.cost, r.quantity, r.order_no, r.customer, r.dims_id,
                r.person_id, r.unit_id, r.occurred_at)
               IS DISTINCT FROM
               (i.amount, i.collected, CASE WHEN i.cost_known THEN i.cost_given END, i.quantity,
                i.order_no, i.customer, i.dims_id, i.person_id, i.unit_id, i.occurred_at) END
), kept AS (
    INSERT INTO record_version
    SELECT l.*, $4::timestamptz FROM locked l WHERE l.record_id IN (SELECT record_id FROM next)
), written AS (
    UPDATE record r SET
        version = n.version, deleted = n.deleted, run_id = $3::bigint, line = n.line,
        stored_at = $4::timestamptz,
        order_no = CASE WHEN n.deleted THEN r.order_no ELSE n.order_no END,
        amount = CASE WHEN n.deleted THEN r.amount ELSE n.amount END,
        collected = CASE WHEN n.deleted THEN r.collected ELSE n.collected END,
        cost = CASE WHEN n.deleted THEN r.cost ELSE n.cost END,
        quantity = CASE WHEN n.deleted THEN r.quantity ELSE n.quantity END,
        customer = CASE WHEN n.deleted THEN r.customer ELSE n.customer END,
        dims_id = CASE WHEN n.deleted THEN r.dims_id ELSE n.dims_id END,
        person_id = CASE WHEN n.deleted THEN r.person_id ELSE n.person_id END,
        unit_id = CASE WHEN n.deleted THEN r.unit_id ELSE n.unit_id END,
        path_id = CASE WHEN n.deleted THEN r.path_id ELSE n.path_id END,
        occurred_on = CASE WHEN n.deleted THEN r.occurred_on ELSE n.occurred_on END,
        occurred_at = CASE WHEN n.deleted THEN r.occurred_at ELSE n.occurred_at END
    FROM next n WHERE r.tenant_id = $1::bigint AND r.record_id = n.record_id
), noted AS (
    INSERT INTO pending (tenant_id, run_id, ids, versions)
    SELECT $1::bigint, $3::bigint, array_agg(record_id), array_agg(version::bigint)
    FROM next HAVING count(*) > 0
)
SELECT count(*) FILTER (WHERE NOT deleted), count(*) FILTER (WHERE deleted) FROM next
