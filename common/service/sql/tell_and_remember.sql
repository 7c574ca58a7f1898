-- tell and remember in one statement: $1..$10 as of tell; $11 tenant, $12 caller, $13 idempotency
-- key, $14 method, $15 hash of the request, $16 response.
WITH told AS (
    INSERT INTO outbox (partition, tenant_id, key, type, at, body,
                        traceparent, actor_person_id, actor_account, cause)
    SELECT e.partition, e.tenant_id, e.key, e.type, $6::timestamptz, e.body,
           $7::text, $8::bigint, $9::text, $10::text
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bytea[])
         WITH ORDINALITY AS e (partition, tenant_id, key, type, body, nth)
    ORDER BY e.nth)
INSERT INTO command (tenant_id, caller, key, method, request_hash, response, at)
VALUES ($11, $12, $13, $14, $15, $16, $6)
