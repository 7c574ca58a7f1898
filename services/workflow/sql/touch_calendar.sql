-- Days are about to change: the next version. $1 tenant; of a first calendar: $2 minutes ahead of UTC,
-- $3 end of day.
INSERT INTO calendar AS c (tenant_id, utc_offset_minutes, end_of_day, version) VALUES ($1, $2, $3, 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = c.version + 1
RETURNING version
