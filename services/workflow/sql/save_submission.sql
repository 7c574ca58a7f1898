-- What was checked last: an older check changes nothing. $1 tenant, $2 unit, $3 period, $4 state,
-- $5 checked at, $6 open findings, $7 what is missing, $8 the same in English.
INSERT INTO submission (tenant_id, unit_id, period, state, checked_at, findings, missing_zh,
                        missing_en)
VALUES ($1, $2, $3, $4, $5, $6, $7::text[], $8::text[])
ON CONFLICT (tenant_id, unit_id, period) DO UPDATE
SET state = excluded.state, checked_at = excluded.checked_at, findings = excluded.findings,
    missing_zh = excluded.missing_zh, missing_en = excluded.missing_en
WHERE excluded.checked_at >= submission.checked_at
