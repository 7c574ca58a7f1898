-- What a measure stands on, when nothing counts it yet. $1 tenant, $2 definition, $3 orders.
INSERT INTO series (tenant_id, definition, orders, built_to) VALUES ($1, $2, $3, 0)
ON CONFLICT (tenant_id, definition, orders) DO NOTHING
