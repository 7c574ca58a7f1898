-- $1 tenant, $2 run, $3 pass, $4 offset, $5 line, $6 fields, $7 encoding, $8 delimiter, $9 skipping,
-- $10 columns, $11 hash state, $12 bytes hashed.
UPDATE reading SET pass = $3, at_offset = $4, at_line = $5, fields = $6, encoding = $7,
                   delimiter = $8, skipping = $9, columns = $10, hash_state = $11, hashed = $12
WHERE tenant_id = $1 AND run_id = $2
