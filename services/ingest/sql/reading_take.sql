-- Where the reading of a file stands, when no other replica reads it. $1 tenant, $2 run.
SELECT r.source, r.name, g.all_or_nothing, g.pass, g.at_offset, g.at_line, g.fields, g.encoding,
       g.delimiter, g.skipping, g.columns, g.hash_state, g.hashed, u.bytes_received, u.finished,
       u.announced, r.rejected, r.problem, r.problem_zh
FROM reading g
JOIN upload u ON u.tenant_id = g.tenant_id AND u.run_id = g.run_id
JOIN run r ON r.tenant_id = g.tenant_id AND r.run_id = g.run_id
WHERE g.tenant_id = $1 AND g.run_id = $2 AND g.pass < 3
FOR UPDATE OF g SKIP LOCKED
