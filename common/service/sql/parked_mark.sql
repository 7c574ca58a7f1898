-- Asks for a key's parked events to be tried again. $1 stream, $2 partition, $3 key.
UPDATE parked SET redrive = true WHERE stream = $1 AND partition = $2::smallint AND key = $3
