-- $1 tenant, $2 assignment.
SELECT body FROM rating WHERE tenant_id = $1 AND assignment_id = $2
