-- Looks at every objective anew: the rhythm has changed. $1 tenant, $2 now
UPDATE check_in_timer SET due_at = $2 WHERE tenant_id = $1 AND due_at > $2
