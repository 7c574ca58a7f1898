-- $1 tenant, $2 now.
DELETE FROM moved WHERE (tenant_id, person_id, look_at) IN (
    SELECT tenant_id, person_id, look_at FROM moved WHERE tenant_id = $1 AND look_at <= $2
    ORDER BY look_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING person_id
