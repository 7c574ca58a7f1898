-- The database that this schema lies in: its bytes; microseconds since the write-ahead log was
-- archived last while its archiving fails (0: it does not fail); whether archiving is on; sessions,
-- and how many there may be.
SELECT pg_database_size(current_database()) AS bytes,
       CASE WHEN a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
            THEN (extract(epoch FROM clock_timestamp()
                          - coalesce(a.last_archived_time, a.stats_reset)) * 1000000)::bigint
            ELSE 0 END AS archive_failing,
       (current_setting('archive_mode') <> 'off')::integer::bigint AS archiving,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS sessions,
       current_setting('max_connections')::bigint AS sessions_most
FROM pg_stat_archiver a
