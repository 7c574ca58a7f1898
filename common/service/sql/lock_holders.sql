-- The numbers that are locked under a name ($1), in order: the members of a group that live.
SELECT l.objid::bigint FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
  AND l.classid = (hashtext($1)::bigint & 4294967295)::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY 1
