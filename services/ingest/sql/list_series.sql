-- Everything that is counted. $1 tenant.
SELECT series_id, definition, orders, built_to FROM series WHERE tenant_id = $1 ORDER BY series_id
