-- Who stands in for whom on a day. $1 tenant, $2 the day.
SELECT d.person_id, d.to_person_id, d.first_day, d.last_day
FROM delegation d
JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.to_person_id
     AND p.employed_from <= $2::date AND p.employed_to > $2::date
WHERE d.tenant_id = $1 AND NOT d.ended AND d.first_day <= $2::date AND d.last_day >= $2::date
ORDER BY d.delegation_id
