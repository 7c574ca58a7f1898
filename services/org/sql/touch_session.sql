-- Lets a session slide. $1 tenant, $2 id, $3 now, $4 idle seconds
UPDATE session
SET seen_at = $3, expires_at = least(absolute, $3::timestamptz + make_interval(secs => $4))
WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND NOT bearer
RETURNING expires_at
