-- $1 tenant
SELECT scores, quiet_off, quiet_from, quiet_until, digest_at, utc_offset_minutes, version, author,
       changed_at
FROM setting WHERE tenant_id = $1
