-- Tells workers that definitions or the tree changed. $1 tenant.
INSERT INTO edition (tenant_id, number) VALUES ($1, 1)
ON CONFLICT (tenant_id) DO UPDATE SET number = edition.number + 1;
