-- Makes a person's account, or gives it a new one-time password. The account keeps its name when
-- $2 is ''. $1 tenant, $2 account, $3 person, $4 hash, $5 good until, $6 now
INSERT INTO account (tenant_id, account, person_id, password_hash, must_change, one_time_until,
                     changed_at)
VALUES ($1, $2, $3, $4, true, $5, $6)
ON CONFLICT (tenant_id, person_id) DO UPDATE
SET password_hash = excluded.password_hash, must_change = true,
    one_time_until = excluded.one_time_until, changed_at = excluded.changed_at
RETURNING account
