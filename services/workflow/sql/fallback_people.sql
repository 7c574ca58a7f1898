-- To whom falls what nobody decides, the first first: those asked for if they are employed, then
-- supervisors and bosses of the whole group. $1 tenant, $2 today, $3 people asked for.
SELECT p.person_id, r.place IS NOT NULL
FROM org_person p
LEFT JOIN LATERAL (SELECT min(CASE g.role WHEN 6 THEN 1 ELSE 2 END) AS place FROM org_grant g
                   WHERE g.tenant_id = $1 AND g.person_id = p.person_id AND g.role IN (5, 6)
                     AND g.scope = 5) r ON true
WHERE p.tenant_id = $1 AND p.employed_from <= $2::date AND p.employed_to > $2::date
  AND p.person_id IN (SELECT u FROM unnest($3::bigint[]) u
                      UNION SELECT g.person_id FROM org_grant g
                      WHERE g.tenant_id = $1 AND g.role IN (5, 6) AND g.scope = 5)
ORDER BY coalesce(array_position($3::bigint[], p.person_id), 1000), r.place, p.person_id
LIMIT 20
