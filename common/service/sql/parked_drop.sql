-- Forgets a key's parked events. $1 stream, $2 partition, $3 key.
DELETE FROM parked WHERE stream = $1 AND partition = $2::smallint AND key = $3
