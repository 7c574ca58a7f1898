-- $1 tenant, $2 version, $3 commit score, $4 target score, $5 days, $6 author, $7 at,
-- $8 days until the manager is told. Nothing is written when somebody else wrote this version.
INSERT INTO okr_settings (tenant_id, version, commit_score, target_score, check_in_days, author,
                          changed_at, manager_after_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING version
