-- $1 tenant, $2 person, $3 now, $4 all, $5 ids
UPDATE notice SET read_at = $3
WHERE tenant_id = $1 AND person_id = $2 AND read_at IS NULL AND ($4 OR id = ANY ($5::bigint[]))
