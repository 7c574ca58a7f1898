-- Adds bytes where the file ends so far; answers a row when they were taken. $1 tenant, $2 run,
-- $3 offset, $4 bytes, $5 now.
WITH moved AS (
    UPDATE upload u SET bytes_received = bytes_received + octet_length($4::bytea), touched_at = $5
    FROM run r
    WHERE u.tenant_id = $1 AND u.run_id = $2 AND u.bytes_received = $3 AND NOT u.finished
      AND r.tenant_id = $1 AND r.run_id = $2 AND r.state = 1
      AND u.bytes_received + octet_length($4::bytea) <= r.bytes_total
    RETURNING u.run_id
)
INSERT INTO piece (tenant_id, run_id, at_offset, size, data)
SELECT $1::bigint, m.run_id, $3::bigint, octet_length($4::bytea), $4::bytea FROM moved m
RETURNING at_offset
