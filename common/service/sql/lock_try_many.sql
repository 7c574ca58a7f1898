-- Takes those of a session's advisory locks that are free. $1 name, $2 numbers.
SELECT n, pg_try_advisory_lock(hashtext($1), n::integer) FROM unnest($2::bigint[]) n
