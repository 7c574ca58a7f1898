-- $1 tenant, arrays: $2 channels, $3 on, $4 for one person and day
INSERT INTO channel_setting (tenant_id, channel, enabled, per_day)
SELECT $1, * FROM unnest($2::bigint[], $3::boolean[], $4::bigint[])
ON CONFLICT (tenant_id, channel) DO UPDATE
SET enabled = excluded.enabled, per_day = excluded.per_day
