-- Keys that an operator wants tried again.
SELECT DISTINCT stream, partition, key FROM parked WHERE redrive LIMIT 100
