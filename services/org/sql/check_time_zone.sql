-- Does the server know this time zone, and what is its date? $1 name, $2 now
SELECT (($2)::timestamptz AT TIME ZONE name)::date FROM pg_timezone_names WHERE name = $1
