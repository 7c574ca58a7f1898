-- What stands against publishing some units: people in an open session; people whose total is
-- another one than when they were calibrated; units still to be computed. $1 tenant, $2 period,
-- $3 units.
WITH people AS (
    SELECT person_id, total FROM score
    WHERE tenant_id = $1 AND period = $2 AND unit_id = ANY ($3::bigint[]) AND total IS NOT NULL
), calibrated AS (
    SELECT DISTINCT ON (p.person_id) p.person_id, p.total
    FROM calibration AS c
    JOIN calibration_person AS p USING (tenant_id, calibration_id)
    WHERE c.tenant_id = $1 AND c.period = $2 AND c.state = 2
    ORDER BY p.person_id, c.calibration_id DESC
)
SELECT (SELECT count(*) FROM people
        WHERE person_id IN (SELECT p.person_id FROM calibration AS c
                            JOIN calibration_person AS p USING (tenant_id, calibration_id)
                            WHERE c.tenant_id = $1 AND c.period = $2 AND c.state = 1)),
       (SELECT count(*) FROM people AS p JOIN calibrated AS c USING (person_id)
        WHERE p.total <> c.total),
       (SELECT count(*) FROM dirty WHERE tenant_id = $1 AND period IN ($2, ''));
