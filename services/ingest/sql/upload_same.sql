-- A run of the same bytes: done, or under way by the same person. $1 tenant, $2 source, $3 bytes,
-- $4 SHA-256, $5 account.
SELECT r.run_id
FROM upload u JOIN run r ON r.tenant_id = u.tenant_id AND r.run_id = u.run_id
WHERE u.tenant_id = $1 AND u.announced = $4::bytea AND u.announced <> ''
  AND r.source = $2 AND r.bytes_total = $3
  AND (r.state = 3 AND r.rejected = 0 OR r.state IN (1, 2) AND r.account = $5)
ORDER BY r.state DESC, r.run_id DESC
LIMIT 1
