-- $1 tenant, $2 form, $3 version, $4 body, $5 author, $6 now.
INSERT INTO form_version (tenant_id, form_id, version, body, author, changed_at)
VALUES ($1, $2, $3, $4, $5, $6)
