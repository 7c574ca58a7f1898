-- Ends a session. $1 tenant, $2 session, $3 state, $4 by, $5 now, $6 reason.
UPDATE calibration
SET state = $3::bigint, closed_by = $4, closed_at = $5, closing_reason = $6, version = version + 1
WHERE tenant_id = $1 AND calibration_id = $2;
