-- Partitions of outbox and stamps ahead of need; answers how many were made.
SELECT log_make_room()
