-- Takes a session's advisory lock when it is free. $1 name, $2 number.
SELECT pg_try_advisory_lock(hashtext($1), $2::integer)
