-- Takes what is due under a lease: of each key the oldest, unless it is parked or on its way; of each
-- webhook as many as may be on their way at a time. One whose lease ended is taken again.
-- $1 tenant, $2 now, $3 lease ends, $4 holder, $5 webhooks, $6 how many of each, $7 of all
WITH wanted AS (
    SELECT * FROM unnest($5::bigint[], $6::bigint[]) AS x (webhook_id, most)
), heads AS (
    SELECT h.webhook_id, h.id, w.most,
           row_number() OVER (PARTITION BY h.webhook_id ORDER BY h.due_at, h.id) AS place,
           (SELECT count(*) FROM delivery f WHERE f.tenant_id = $1 AND f.webhook_id = h.webhook_id
                AND f.holder <> '' AND f.due_at > $2) AS flying
    FROM wanted w
    JOIN delivery h ON h.tenant_id = $1 AND h.webhook_id = w.webhook_id
    WHERE NOT h.parked AND h.due_at <= $2
      AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.tenant_id = $1 AND e.webhook_id = h.webhook_id
                      AND e.stream = h.stream AND e.key = h.key AND e.id < h.id)
), fit AS (
    SELECT webhook_id, id FROM heads WHERE place + flying <= most ORDER BY id LIMIT $7
), taken AS (
    UPDATE delivery d SET holder = $4, attempts = d.attempts + 1, due_at = $3
    FROM fit h
    WHERE d.tenant_id = $1 AND d.webhook_id = h.webhook_id AND d.id = h.id
    RETURNING d.webhook_id, d.id, d.stream, d.type, d.key, d.epoch, d.partition, d.number, d.overall,
              d.at, d.body, d.attempts
)
SELECT t.webhook_id, t.id, t.stream, t.type, t.key, t.epoch, t.partition::bigint, t.number, t.overall,
       t.at, t.body, t.attempts::bigint, w.url, w.mode::bigint, w.secret,
       CASE WHEN w.old_until > $2 THEN w.old_secret END
FROM taken t JOIN webhook w ON w.tenant_id = $1 AND w.id = t.webhook_id
ORDER BY t.id
