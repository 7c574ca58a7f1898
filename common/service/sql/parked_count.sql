-- How many events are parked, by stream and partition.
SELECT stream, partition, count(*) FROM parked GROUP BY 1, 2
