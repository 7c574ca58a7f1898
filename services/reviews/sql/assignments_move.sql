-- $1 tenant, $2 assignments, $3 state, $4 reason.
UPDATE assignment SET state = $3, reason = $4
WHERE tenant_id = $1 AND assignment_id = ANY ($2::bigint[])
