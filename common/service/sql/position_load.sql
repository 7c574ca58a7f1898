-- All positions. event_at NULL: nothing applied yet.
SELECT stream, partition, epoch, number, event_at FROM consumer_position ORDER BY 1, 2
