-- $1 tenant, $2 name.
INSERT INTO source (tenant_id, name) VALUES ($1, $2) ON CONFLICT (tenant_id, name) DO NOTHING
