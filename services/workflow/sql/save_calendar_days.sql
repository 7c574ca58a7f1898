-- $1 tenant, arrays: $2 days, $3 working, $4 names.
INSERT INTO calendar_day (tenant_id, day, working, name)
SELECT $1::bigint, * FROM unnest($2::date[], $3::boolean[], $4::text[])
ON CONFLICT (tenant_id, day) DO UPDATE SET working = excluded.working, name = excluded.name
