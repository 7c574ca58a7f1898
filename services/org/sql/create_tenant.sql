-- $1 id, $2 code, $3 name, $4 time zone, $5 root unit, $6 today, $7 now
INSERT INTO tenant (id, code, name, time_zone, root_unit_id, told_day, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
