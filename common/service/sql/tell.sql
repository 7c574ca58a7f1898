-- Writes a step's events, in their order. $1 partitions, $2 tenants, $3 keys, $4 types, $5 bodies;
-- for all of them: $6 at, $7 traceparent, $8 actor's person, $9 actor's account, $10 cause.
INSERT INTO outbox (partition, tenant_id, key, type, at, body,
                    traceparent, actor_person_id, actor_account, cause)
SELECT e.partition, e.tenant_id, e.key, e.type, $6::timestamptz, e.body,
       $7::text, $8::bigint, $9::text, $10::text
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bytea[])
     WITH ORDINALITY AS e (partition, tenant_id, key, type, body, nth)
ORDER BY e.nth
