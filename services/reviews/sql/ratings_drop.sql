-- $1 tenant, $2 assignments.
DELETE FROM rating WHERE tenant_id = $1 AND assignment_id = ANY ($2::bigint[])
