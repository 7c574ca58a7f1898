-- The indicator that compared the units does so no longer.
-- $1 tenant, $2 the indicator that is going to
UPDATE indicator SET is_primary = false, version = version + 1
WHERE tenant_id = $1 AND is_primary AND indicator_id <> $2
