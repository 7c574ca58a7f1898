-- Drops partitions of the log that are older than $1 days.
SELECT log_drop_old(make_interval(days => $1::integer))
