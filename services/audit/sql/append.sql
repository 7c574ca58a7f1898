-- Appends entries to their tenant's chain. $1 tenant, $2 stream, $3 partition, $4 number of the
-- chain's last entry so far; by entry, in their order: $5 at, $6 type, $7 key, $8 account,
-- $9 person, $10 address, $11 denied, $12 cause, $13 epoch, $14 event number, $15 canonical bytes,
-- $16 hash
INSERT INTO entry (tenant_id, number, at, stream, type, key, account, person_id, address, denied,
                   cause, epoch, partition, event_number, canonical, hash)
SELECT $1::bigint, $4::bigint + w.place, w.at, $2::text, w.type, w.key, w.account, w.person,
       w.address, w.denied, w.cause, w.epoch, $3::smallint, w.event_number, w.canonical, w.hash
FROM unnest($5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[],
            $11::boolean[], $12::text[], $13::bigint[], $14::bigint[], $15::bytea[], $16::bytea[])
     WITH ORDINALITY AS w (at, type, key, account, person, address, denied, cause, epoch,
                           event_number, canonical, hash, place)
