-- The oldest parked events. $1 at most so many.
SELECT stream, partition, number, key, type, reason, attempts, parked_at, epoch, count(*) OVER ()
FROM parked ORDER BY parked_at, stream, partition, number LIMIT $1
