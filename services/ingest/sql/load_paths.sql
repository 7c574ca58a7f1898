-- $1 tenant, $2 ids.
SELECT path_id, units FROM unit_path WHERE tenant_id = $1 AND path_id = ANY ($2::bigint[])
