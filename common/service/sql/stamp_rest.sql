-- The next piece of a large batch: what is visible in the head's target and was not in its cursor,
-- past after_id, in id order. Parameters and answer as of stamp.
WITH head AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) newest
    WHERE batch = $1 AND target IS NOT NULL
), taken AS MATERIALIZED (
    SELECT o.* FROM outbox o
    WHERE o.id > (SELECT greatest(after_id, floor_id) FROM head)
      AND pg_visible_in_snapshot(o.xid, (SELECT target FROM head))
      AND NOT pg_visible_in_snapshot(o.xid, (SELECT cursor FROM head))
    ORDER BY o.id LIMIT $2
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
           CASE WHEN c.taken < $2 THEN h.target ELSE h.cursor END,
           CASE WHEN c.taken = $2 THEN h.target END,
           CASE WHEN c.taken = $2 THEN c.last_id ELSE 0 END,
           h.floor_id, h.overall + c.taken,
           (SELECT array_agg(coalesce(m.number, h.numbers[p + 1]) ORDER BY p)
            FROM generate_series(0, 15) p
            LEFT JOIN (SELECT n.partition, max(n.number) AS number FROM numbered n GROUP BY 1) m
                   ON m.partition = p)
    FROM head h, (SELECT count(*) AS taken, max(id) AS last_id FROM numbered) c
    RETURNING target IS NOT NULL AS rest
)
SELECT n.epoch, n.partition, n.number, n.overall, n.type, n.tenant_id, n.key, n.at,
       CASE WHEN n.bytes <= $3 THEN n.body END AS body,
       n.traceparent, n.actor_person_id, n.actor_account, n.cause, w.rest
FROM numbered n, new_head w
ORDER BY n.overall
