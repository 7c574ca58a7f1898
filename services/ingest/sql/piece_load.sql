-- The piece that holds a byte. $1 tenant, $2 run, $3 offset of the byte.
SELECT at_offset, data FROM piece
WHERE tenant_id = $1 AND run_id = $2 AND at_offset <= $3 AND at_offset + size > $3
ORDER BY at_offset DESC LIMIT 1
