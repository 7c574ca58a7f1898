-- A session, held until the commit. $1 tenant, $2 session.
SELECT state FROM calibration WHERE tenant_id = $1 AND calibration_id = $2 FOR UPDATE;
