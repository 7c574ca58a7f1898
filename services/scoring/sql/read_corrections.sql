-- What was stated of objections, newest first. $1 tenant, $2 objections, $3 a number, 0 = all, or -1
-- for the one that stands.
SELECT c.objection_id, c.number, c.value, c.score, c.total, c.grade, c.coefficient,
       c.score_before, c.total_before, c.grade_before, c.coefficient_before, c.places,
       c.line_places, c.reason, c.author, c.author_person_id, coalesce(a.name, ''), c.at
FROM correction AS c
JOIN objection AS o USING (tenant_id, objection_id)
LEFT JOIN org_person AS a ON a.tenant_id = $1 AND a.person_id = c.author_person_id
WHERE c.tenant_id = $1 AND c.objection_id = ANY ($2::bigint[])
  AND CASE WHEN $3 < 0 THEN c.number = o.correction ELSE $3 = 0 OR c.number = $3 END
ORDER BY c.objection_id, c.number DESC;
