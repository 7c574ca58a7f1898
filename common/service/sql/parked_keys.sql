-- Keys of a partition that have parked events. $1 stream, $2 partition.
SELECT DISTINCT key FROM parked WHERE stream = $1 AND partition = $2::smallint
