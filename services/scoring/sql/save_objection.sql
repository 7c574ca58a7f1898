-- What became of a held objection. $1 tenant, $2 objection, $3 state, $4 correction, $5 why,
-- $6 decided by, $7 settled at, $8 version of the result that it made.
UPDATE objection SET state = $3, correction = $4, outcome_reason = $5, decided_by_id = $6,
       settled_at = $7, new_version = $8, version = version + 1
WHERE tenant_id = $1 AND objection_id = $2;
