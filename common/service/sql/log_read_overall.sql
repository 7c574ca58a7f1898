-- A stretch of the whole stream. $1 from (overall), $2 at most so many events, $3 bytes of bodies
-- after which no further event begins.
SELECT number, overall, partition, type, tenant_id, key, at, body, traceparent, actor_person_id,
       actor_account, cause
FROM (SELECT s.number, s.overall, o.*,
             sum(octet_length(o.body)) OVER (ORDER BY s.overall) - octet_length(o.body) AS before
      FROM (SELECT number, overall, outbox_id FROM stamp
            WHERE overall >= $1::bigint AND overall < $1::bigint + $2
            ORDER BY overall LIMIT $2) s
      JOIN outbox o ON o.id = s.outbox_id) e
WHERE before < $3::bigint
ORDER BY overall
