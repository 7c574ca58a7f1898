-- A file will come. $1 tenant, $2 run, $3 all or nothing, $4 SHA-256 as announced (empty: not),
-- $5 now.
WITH file AS (
    INSERT INTO upload (tenant_id, run_id, touched_at, announced) VALUES ($1, $2, $5, $4)
)
INSERT INTO reading (tenant_id, run_id, all_or_nothing, pass)
VALUES ($1, $2, $3, CASE WHEN $3 THEN 1 ELSE 2 END)
