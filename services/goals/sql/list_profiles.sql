-- Seasonal profiles by name; $2 one of them, 0 = all.
-- $1 tenant
SELECT profile_id, version, name, weights, origin, author, changed_at, retired
FROM season_profile
WHERE tenant_id = $1 AND ($2 = 0 OR profile_id = $2)
ORDER BY name
