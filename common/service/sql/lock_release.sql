-- Gives a session's advisory lock back. $1 name, $2 number.
SELECT pg_advisory_unlock(hashtext($1), $2::integer)
