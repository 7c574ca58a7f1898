-- $1 tenant, $2 id, $3 person, $4 now, $5 reason
UPDATE session SET ended_at = $4, reason = $5
WHERE tenant_id = $1 AND id = $2 AND person_id = $3 AND ended_at IS NULL
RETURNING id, person_id
