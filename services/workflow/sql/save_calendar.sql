-- $1 tenant, $2 minutes ahead of UTC, $3 end of day.
INSERT INTO calendar (tenant_id, utc_offset_minutes, end_of_day) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE
SET utc_offset_minutes = excluded.utc_offset_minutes, end_of_day = excluded.end_of_day
