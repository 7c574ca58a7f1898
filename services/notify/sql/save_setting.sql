-- Nothing when another version stands there. $1 tenant, $2 scores, $3 no quiet hours, $4 from,
-- $5 until, $6 digest at, $7 minutes east of Greenwich, $8 the version that was read, $9 author,
-- $10 now
INSERT INTO setting (tenant_id, scores, quiet_off, quiet_from, quiet_until, digest_at,
                     utc_offset_minutes, version, author, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1, $9, $10)
ON CONFLICT (tenant_id) DO UPDATE
SET scores = excluded.scores, quiet_off = excluded.quiet_off, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, digest_at = excluded.digest_at,
    utc_offset_minutes = excluded.utc_offset_minutes, version = excluded.version,
    author = excluded.author, changed_at = excluded.changed_at
WHERE setting.version = $8
