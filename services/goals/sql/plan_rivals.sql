-- Plans of the very same scope that hold one of these indicators at a time when a version from
-- $6 on would: there would be no telling which one wins. A version is in force from its day until
-- the next later day of its plan; a version that another one of the same day replaced never is.
-- $1 tenant, $2 our plan or 0, $3 position, $4 unit, $5 person, $6 effective from, $7 indicators
WITH ours AS (
    SELECT min(effective_from) AS until
    FROM plan_version
    WHERE tenant_id = $1 AND plan_id = $2 AND effective_from > $6
), theirs AS (
    SELECT DISTINCT ON (v.plan_id, v.effective_from)
           v.plan_id, v.version, v.name, v.position, v.unit_id, v.person_id, v.effective_from,
           v.retired
    FROM plan_version v
    WHERE v.tenant_id = $1 AND v.plan_id <> $2
    ORDER BY v.plan_id, v.effective_from, v.version DESC
), spans AS (
    SELECT t.*, lead(effective_from) OVER (PARTITION BY plan_id ORDER BY effective_from) AS until
    FROM theirs t
)
SELECT p.code, s.name, s.effective_from, i.indicator_id
FROM spans s
JOIN ours ON true
JOIN plan p ON p.tenant_id = $1 AND p.plan_id = s.plan_id
JOIN plan_item i ON i.tenant_id = $1 AND i.plan_id = s.plan_id AND i.version = s.version
WHERE NOT s.retired
  AND s.position = $3 AND s.unit_id = $4 AND s.person_id = $5
  AND (s.until IS NULL OR s.until > $6)
  AND (ours.until IS NULL OR s.effective_from < ours.until)
  AND i.indicator_id = ANY ($7::bigint[])
ORDER BY s.plan_id, s.effective_from, i.ordinal
LIMIT 1
