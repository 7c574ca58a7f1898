-- Appends one entry to its tenant's chain; nothing when the event is there already. Answers the
-- entry's number. The chain's row is locked first, so that entries follow one another.
-- $1 tenant, $2 at, $3 stream, $4 type, $5 key, $6 account, $7 person, $8 address, $9 denied,
-- $10 cause, $11 epoch, $12 partition, $13 event number, $14 canonical bytes
WITH head AS (
    SELECT number, hash FROM chain WHERE tenant_id = $1 FOR UPDATE
), added AS (
    INSERT INTO entry (tenant_id, number, at, stream, type, key, account, person_id, address,
                       denied, cause, epoch, partition, event_number, canonical, hash)
    SELECT $1::bigint, head.number + 1, $2::timestamptz, $3::text, $4::text, $5::text, $6::text,
           $7::bigint, $8::text, $9::boolean, $10::text, $11::bigint, $12::smallint, $13::bigint,
           $14::bytea, sha256(head.hash || int8send(head.number + 1) || $14::bytea)
    FROM head
    WHERE NOT EXISTS (SELECT FROM entry
                      WHERE tenant_id = $1 AND stream = $3 AND epoch = $11
                        AND partition = $12 AND event_number = $13)
    RETURNING number, hash
)
UPDATE chain SET number = added.number, hash = added.hash
FROM added
WHERE chain.tenant_id = $1
RETURNING chain.number
