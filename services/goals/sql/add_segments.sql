-- $1 tenant; side by side: $2 targets, $3 first and $4 last days, $5 values, $6 floors, $7 stretches
-- (-1 = none)
INSERT INTO target_segment (tenant_id, target_id, from_on, to_on, value, floor, stretch)
SELECT $1, target_id, from_on, to_on, value, nullif(floor, -1), nullif(stretch, -1)
FROM unnest($2::bigint[], $3::date[], $4::date[], $5::numeric[], $6::numeric[], $7::numeric[])
     AS s (target_id, from_on, to_on, value, floor, stretch)
