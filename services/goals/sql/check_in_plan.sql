-- Looks at an objective as soon as possible. $1 tenant, $2 objective, $3 now
INSERT INTO check_in_timer (tenant_id, objective_id, due_at) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, objective_id) DO UPDATE SET due_at = least(check_in_timer.due_at, $3)
