-- $1 tenant, $2 assignment, $3 answers.
INSERT INTO rating (tenant_id, assignment_id, body) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, assignment_id) DO UPDATE SET body = excluded.body
