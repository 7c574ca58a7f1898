-- Entries, as list_inbox makes them. $1 tenant, $2 person
SELECT count(DISTINCT coalesce(nullif(fold, ''), id::text))
FROM notice WHERE tenant_id = $1 AND person_id = $2 AND read_at IS NULL
