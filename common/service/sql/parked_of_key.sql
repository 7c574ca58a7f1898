-- A key's parked events in their order. $1 stream, $2 partition, $3 key, $4 at most so many.
SELECT number, event FROM parked
WHERE stream = $1 AND partition = $2::smallint AND key = $3
ORDER BY number LIMIT $4
