-- Reserves places at the end of a tenant's results; answers the last one. $1 tenant, $2 how many.
INSERT INTO result_head (tenant_id, position) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET position = result_head.position + excluded.position
RETURNING position;
