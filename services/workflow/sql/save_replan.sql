-- A cycle went over to another version; no row: an earlier move is not through yet. $1 tenant, $2 cycle,
-- $3 the version that it came from.
INSERT INTO replan (tenant_id, cycle_id, from_version, after_id) VALUES ($1, $2, $3, 0)
ON CONFLICT DO NOTHING RETURNING cycle_id
