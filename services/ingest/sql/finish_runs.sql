-- Files all of whose rows are written, counted and told are done. $1 tenant, $2 now.
WITH done AS (
    DELETE FROM reading g
    WHERE g.tenant_id = $1 AND g.pass = 3
      AND NOT EXISTS (SELECT FROM pending p WHERE p.tenant_id = $1 AND p.run_id = g.run_id)
    RETURNING g.run_id
)
UPDATE run r SET state = 3, finished_at = $2
FROM done WHERE r.tenant_id = $1 AND r.run_id = done.run_id
RETURNING r.run_id
