-- Events that are committed and not numbered: how many (counted to 10,001), and microseconds since
-- the oldest was written. $1 now.
WITH head AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) newest
), waiting AS (
    SELECT id, at FROM outbox
    WHERE xid >= (SELECT pg_snapshot_xmax(coalesce(target, cursor)) FROM head)
      AND id + 0 > (SELECT floor_id FROM head)
    UNION ALL
    SELECT id, at FROM outbox
    WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip(coalesce(target, cursor)) FROM head))
      AND id + 0 > (SELECT floor_id FROM head)
    UNION ALL -- of a large batch that is numbered in pieces
    SELECT id, at FROM outbox WHERE id > (SELECT after_id FROM head WHERE target IS NOT NULL)
), counted AS (
    SELECT at FROM waiting LIMIT 10001
)
SELECT count(*) AS events,
       greatest((extract(epoch FROM $1 - min(at)) * 1000000)::bigint, 0) AS age
FROM counted
