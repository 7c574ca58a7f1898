-- A stretch of one partition. $1 partition, $2 from, $3 at most so many events, $4 bytes of bodies
-- after which no further event begins.
SELECT number, overall, partition, type, tenant_id, key, at, body, traceparent, actor_person_id,
       actor_account, cause
FROM (SELECT s.number, s.overall, o.*,
             sum(octet_length(o.body)) OVER (ORDER BY s.number) - octet_length(o.body) AS before
      FROM (SELECT number, overall, outbox_id FROM stamp
            WHERE partition = $1::smallint AND number >= $2::bigint AND number < $2::bigint + $3
            ORDER BY number LIMIT $3) s
      JOIN outbox o ON o.id = s.outbox_id) e
WHERE before < $4::bigint
ORDER BY number
