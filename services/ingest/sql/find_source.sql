-- $1 tenant, $2 name.
SELECT source_id FROM source WHERE tenant_id = $1 AND name = $2
