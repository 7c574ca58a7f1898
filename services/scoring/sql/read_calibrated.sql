-- One person of a session. $1 tenant, $2 session, $3 person.
SELECT p.grade, p.suggested, p.held, q.grades,
       coalesce((SELECT max(move_id) FROM calibration_move AS m
                 WHERE m.tenant_id = $1 AND m.calibration_id = $2 AND m.person_id = $3), 0)
FROM calibration_person AS p JOIN calibration_pool AS q USING (tenant_id, calibration_id, pool)
WHERE p.tenant_id = $1 AND p.calibration_id = $2 AND p.person_id = $3;
