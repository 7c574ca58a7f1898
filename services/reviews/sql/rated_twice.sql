-- Somebody of the tree who is rated for the measure and period by another round, and its name.
-- $1 tenant, $2 unit, $3 day, $4 measure, $5 period.
SELECT p.name, o.name FROM rated($1, $2, $3) r
JOIN subject s ON s.tenant_id = $1 AND s.person_id = r.person_id
JOIN round o ON o.tenant_id = $1 AND o.round_id = s.round_id AND o.measure_id = $4 AND o.period = $5
            AND o.state <> 6
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = r.person_id
ORDER BY r.person_id LIMIT 1
