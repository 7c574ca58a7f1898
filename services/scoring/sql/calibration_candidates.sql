-- Who can be calibrated: everybody of some units with a grade, by the plan whose table it is.
-- $1 tenant, $2 period, $3 units.
SELECT s.person_id, s.unit_id, s.scheme_id, s.total, s.grade, s.remarks, c.total_decimals,
       c.grade_plan_id, c.grade_plan_version
FROM score AS s JOIN scheme AS c ON c.tenant_id = $1 AND c.scheme_id = s.scheme_id
WHERE s.tenant_id = $1 AND s.period = $2 AND s.unit_id = ANY ($3::bigint[]) AND s.grade > 0
ORDER BY c.grade_plan_id, c.grade_plan_version, s.person_id;
