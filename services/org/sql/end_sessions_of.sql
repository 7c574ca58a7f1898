-- Ends a person's sessions but one; bearer tokens too when $6. $1 tenant, $2 person, $3 but this
-- id, $4 now, $5 reason
UPDATE session SET ended_at = $4, reason = $5
WHERE tenant_id = $1 AND person_id = $2 AND id <> $3 AND ended_at IS NULL AND (NOT bearer OR $6)
RETURNING id, person_id
