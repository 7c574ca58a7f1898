-- $1 tenant, $2 minutes ahead of UTC, $3 end of day.
INSERT INTO calendar AS c (tenant_id, utc_offset_minutes, end_of_day, version) VALUES ($1, $2, $3, 1)
ON CONFLICT (tenant_id) DO UPDATE
SET utc_offset_minutes = excluded.utc_offset_minutes, end_of_day = excluded.end_of_day,
    version = c.version + 1
RETURNING version
