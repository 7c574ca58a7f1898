-- A position for each partition of streams heard for the first time: from number 1. $1 streams.
INSERT INTO consumer_position (stream, partition, epoch, number)
SELECT stream, partition, 0, 0
FROM unnest($1::text[]) stream, generate_series(0, 15) partition
ON CONFLICT DO NOTHING
