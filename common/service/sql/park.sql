-- Parks an event. $1 stream, $2 partition, $3 number, $4 epoch, $5 tenant, $6 key, $7 type,
-- $8 the event, $9 reason, $10 attempts.
INSERT INTO parked (stream, partition, number, epoch, tenant_id, key, type, event, reason, attempts)
VALUES ($1, $2::smallint, $3, $4, $5, $6, $7, $8, $9, $10::integer)
