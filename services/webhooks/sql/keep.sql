-- Deliveries of a batch of events, in their order. $1 tenant, $2 now; by delivery: $3 webhook,
-- $4 stream, $5 type, $6 key, $7 epoch, $8 partition, $9 number, $10 overall, $11 at, $12 body
INSERT INTO delivery (tenant_id, webhook_id, stream, type, key, epoch, partition, number, overall, at, body, due_at)
SELECT $1::bigint, n.webhook, n.stream, n.type, n.key, n.epoch, n.partition, n.number, n.overall, n.at, n.body, $2
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::timestamptz[], $12::bytea[])
     WITH ORDINALITY AS n (webhook, stream, type, key, epoch, partition, number, overall, at, body, place)
ORDER BY n.place
