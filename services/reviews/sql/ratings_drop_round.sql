-- $1 tenant, $2 round.
DELETE FROM rating r USING assignment a
WHERE r.tenant_id = $1 AND a.tenant_id = $1 AND a.round_id = $2 AND a.assignment_id = r.assignment_id
