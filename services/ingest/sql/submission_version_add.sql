-- $1 tenant, $2 submission, $3 version, $4 now, $5 records, $6 amount, $7 delta, $8 cause.
INSERT INTO submission_version (tenant_id, submission_id, version, at, records, amount, delta, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
