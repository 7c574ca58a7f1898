-- The paths of units, by the day from which they hold. $1 tenant, $2 units.
SELECT unit_id, valid_from, path_id FROM unit_path
WHERE tenant_id = $1 AND unit_id = ANY ($2::bigint[])
ORDER BY unit_id, valid_from
