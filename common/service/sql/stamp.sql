-- Numbers what became visible since the cursor, in id order, and answers it. $1 the batch that the
-- head must be at (compare and set, by the key of the next), $2 at most so many events, $3 bytes of
-- bodies to answer: events past them come without (they are in the log).
WITH head AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) newest
    WHERE batch = $1 AND target IS NULL
      AND pg_snapshot_xmax(pg_current_snapshot()) >= pg_snapshot_xmax(cursor)
), fresh AS MATERIALIZED (
    -- Two index scans on xid; `id + 0` keeps the planner from walking the whole table by id.
    SELECT id FROM outbox
    WHERE xid >= (SELECT pg_snapshot_xmax(cursor) FROM head)
      AND id + 0 > (SELECT floor_id FROM head)
    UNION ALL
    SELECT id FROM outbox
    WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(cursor) FROM head))
      AND id + 0 > (SELECT floor_id FROM head)
), taken AS MATERIALIZED (
    SELECT o.* FROM (SELECT id FROM fresh ORDER BY id LIMIT $2) f JOIN outbox o ON o.id = f.id
), numbered AS MATERIALIZED (
    SELECT t.*, head.epoch,
           head.overall + row_number() OVER (ORDER BY t.id) AS overall,
           head.numbers[t.partition + 1]
               + row_number() OVER (PARTITION BY t.partition ORDER BY t.id) AS number,
           sum(octet_length(t.body)) OVER (ORDER BY t.id) AS bytes
    FROM taken t, head
), stamped AS (
    INSERT INTO stamp (overall, partition, number, outbox_id, at)
    SELECT overall, partition, number, id, at FROM numbered
), new_head AS (
    INSERT INTO log_head (batch, epoch, cursor, target, after_id, floor_id, overall, numbers)
    SELECT h.batch + 1, h.epoch,
           CASE WHEN c.taken < c.fresh THEN h.cursor ELSE pg_current_snapshot() END,
           CASE WHEN c.taken < c.fresh THEN pg_current_snapshot() END,
           CASE WHEN c.taken < c.fresh THEN c.last_id ELSE 0 END,
           h.floor_id, h.overall + c.taken,
           (SELECT array_agg(coalesce(m.number, h.numbers[p + 1]) ORDER BY p)
            FROM generate_series(0, 15) p
            LEFT JOIN (SELECT n.partition, max(n.number) AS number FROM numbered n GROUP BY 1) m
                   ON m.partition = p)
    FROM head h, (SELECT count(*) AS taken, max(id) AS last_id,
                         (SELECT count(*) FROM fresh) AS fresh FROM numbered) c
    WHERE c.taken > 0
    RETURNING target IS NOT NULL AS rest
)
SELECT n.epoch, n.partition, n.number, n.overall, n.type, n.tenant_id, n.key, n.at,
       CASE WHEN n.bytes <= $3 THEN n.body END AS body,
       n.traceparent, n.actor_person_id, n.actor_account, n.cause, w.rest
FROM numbered n, new_head w
ORDER BY n.overall
