-- A stretch of the chain in its order, for verifying. $1 tenant, $2 first, $3 last number
SELECT number, at, stream, type, key, account, person_id, address, denied, cause, epoch,
       partition::bigint, event_number, canonical, hash
FROM entry
WHERE tenant_id = $1 AND number BETWEEN $2::bigint AND $3::bigint
ORDER BY number
