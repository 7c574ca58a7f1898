-- Holds a partition's position, so that applying and redriving do not cross. $1 stream, $2 partition.
SELECT epoch, number FROM consumer_position WHERE stream = $1 AND partition = $2::smallint FOR UPDATE
