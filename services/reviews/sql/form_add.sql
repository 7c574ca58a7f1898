-- A new form; nothing when its code is taken. $1 tenant, $2 code.
INSERT INTO form (tenant_id, code, version) VALUES ($1, $2, 1)
ON CONFLICT (tenant_id, code) DO NOTHING RETURNING form_id
