-- For a tenant that has no calendar yet; answers a row when it was made. $1 tenant, $2 minutes ahead
-- of UTC, $3 end of day.
INSERT INTO calendar (tenant_id, utc_offset_minutes, end_of_day, version) VALUES ($1, $2, $3, 1)
ON CONFLICT (tenant_id) DO NOTHING
RETURNING 1
