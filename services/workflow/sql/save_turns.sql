-- $1 tenant, $2 cycles.
INSERT INTO turn (tenant_id, cycle_id) SELECT DISTINCT $1::bigint, u FROM unnest($2::bigint[]) u
