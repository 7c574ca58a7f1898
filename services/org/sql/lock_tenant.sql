-- Keeps changes of one tenant's organisation in single file; its today. $1 tenant, $2 now
SELECT name, time_zone, root_unit_id, (($2)::timestamptz AT TIME ZONE time_zone)::date AS today,
       told_day
FROM tenant WHERE id = $1 FOR NO KEY UPDATE
