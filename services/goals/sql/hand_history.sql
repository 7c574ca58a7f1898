-- Every version of an entered value, newest first. $1 tenant, $2 measure, $3 period, $4 kind, $5 owner
SELECT h.value, h.note, h.author, coalesce(nullif(a.name, ''), h.author), h.at, h.version
FROM hand_value h
LEFT JOIN org_person a ON a.tenant_id = $1 AND a.person_id = h.author_person_id
WHERE h.tenant_id = $1 AND h.measure_id = $2 AND h.period = $3 AND h.owner_kind = $4
  AND h.owner_id = $5
ORDER BY h.version DESC
LIMIT 200
