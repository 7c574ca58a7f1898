-- Forgets answers of commands older than $1 days, at most $2 of them; answers how many.
SELECT command_drop_old(make_interval(days => $1::integer), $2::integer)
