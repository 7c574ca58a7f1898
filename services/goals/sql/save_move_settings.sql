-- $1 tenant, $2 choice
INSERT INTO move_settings (tenant_id, usual) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET usual = excluded.usual
