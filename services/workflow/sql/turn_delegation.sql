-- $1 tenant, $2 delegation, $3 began, $4 ended, $5 looked at next (null: never).
UPDATE delegation SET began = $3, ended = $4, turn_at = $5
WHERE tenant_id = $1 AND delegation_id = $2
