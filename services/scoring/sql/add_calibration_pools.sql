-- The pools of a session. $1 tenant, $2 session, then by pool: $3 number, $4 name, $5 plan,
-- $6 version, $7 people, $8 shares, $9 seats (arrays as text). Grades and coefficients are those of
-- a scheme that the plan grades.
INSERT INTO calibration_pool (tenant_id, calibration_id, pool, name, plan_id, plan_version, people,
                              grades, coefficients, shares, seats)
SELECT $1, $2, w.pool, w.name, w.plan_id, w.plan_version, w.people, c.grade_codes, c.coefficients,
       w.shares::numeric[], w.seats::bigint[]
FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
            $9::text[])
     AS w (pool, name, plan_id, plan_version, people, shares, seats)
JOIN LATERAL (SELECT grade_codes, coefficients FROM scheme
              WHERE tenant_id = $1 AND grade_plan_id = w.plan_id
                AND grade_plan_version = w.plan_version
              LIMIT 1) AS c ON true;
