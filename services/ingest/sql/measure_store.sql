-- Keeps a measure unless a newer version is there; answers a row when it was kept. $1 tenant,
-- $2 measure, $3 version, $4 body.
INSERT INTO measure AS old (tenant_id, measure_id, version, body, told)
VALUES ($1, $2, $3, $4, false)
ON CONFLICT (tenant_id, measure_id) DO UPDATE
SET version = excluded.version, body = excluded.body, told = false
WHERE old.version < excluded.version
RETURNING measure_id
