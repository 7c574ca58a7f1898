-- Pieces that have been read whole. $1 tenant, $2 run, $3 offset.
DELETE FROM piece WHERE tenant_id = $1 AND run_id = $2 AND at_offset + size <= $3
