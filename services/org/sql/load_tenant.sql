-- A tenant and its today. $1 tenant, $2 now
SELECT name, time_zone, root_unit_id, (($2)::timestamptz AT TIME ZONE time_zone)::date AS today,
       told_day
FROM tenant WHERE id = $1
