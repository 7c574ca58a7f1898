-- Moves of a pool's people, newest first. $1 tenant, $2 session, $3 people, $4 limit; $5 one move or
-- 0.
SELECT m.move_id, m.person_id, coalesce(n.name, ''), m.before, m.after, m.reason, m.author,
       m.author_person_id, coalesce(a.name, ''), m.at, m.undoes
FROM calibration_move AS m
LEFT JOIN org_person AS n ON n.tenant_id = $1 AND n.person_id = m.person_id
LEFT JOIN org_person AS a ON a.tenant_id = $1 AND a.person_id = m.author_person_id
WHERE m.tenant_id = $1 AND m.calibration_id = $2
  AND CASE WHEN $5 <> 0 THEN m.move_id = $5 ELSE m.person_id = ANY ($3::bigint[]) END
ORDER BY m.move_id DESC
LIMIT $4;
