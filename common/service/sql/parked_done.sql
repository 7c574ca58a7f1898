-- Parked events that are applied now. $1 stream, $2 partition, $3 numbers.
DELETE FROM parked WHERE stream = $1 AND partition = $2::smallint AND number = ANY ($3::bigint[])
