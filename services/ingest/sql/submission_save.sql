-- $1 tenant, $2 submission, $3 state, $4 records, $5 amount, $6 findings that are open, $7 checked at,
-- $8 closed at or NULL, $9 version, $10 last day looked at.
UPDATE submission SET state = $3, records = $4, amount = $5, findings_open = $6, checked_at = $7,
                      closed_at = $8, version = $9, until_on = $10
WHERE tenant_id = $1 AND submission_id = $2
