-- Microseconds since the oldest of them was due. $1 now
SELECT '' AS labels, coalesce((extract(epoch FROM $1 - oldest) * 1000000)::bigint, 0) FROM timers_due($1)
