-- How many of some people stand in an open session of a period, and in a published result.
-- $1 tenant, $2 period, $3 people.
SELECT (SELECT count(*) FROM calibration AS c
        JOIN calibration_person AS p ON p.tenant_id = $1 AND p.calibration_id = c.calibration_id
        WHERE c.tenant_id = $1 AND c.period = $2 AND c.state = 1
          AND p.person_id = ANY ($3::bigint[])),
       (SELECT count(*) FROM published_person
        WHERE tenant_id = $1 AND period = $2 AND person_id = ANY ($3::bigint[]));
