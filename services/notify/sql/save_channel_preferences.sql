-- $1 tenant, $2 person, arrays: $3 channels, $4 on, $5 digests
INSERT INTO channel_preference (tenant_id, person_id, channel, enabled, digest)
SELECT $1, $2, * FROM unnest($3::bigint[], $4::boolean[], $5::bigint[])
ON CONFLICT (tenant_id, person_id, channel) DO UPDATE
SET enabled = excluded.enabled, digest = excluded.digest
