-- The findings of a submission, in the order of kinds, days and names. $1 tenant, $2 submission, $3
-- only those that nobody has accepted, $4 limit.
SELECT f.finding_id, f.kind, f.unit_id, coalesce(u.name, ''), f.person_id, coalesce(p.name, ''),
       f.on_date, f.amount, f.expected, f.sentence_zh, f.sentence_en, f.state, f.reason,
       f.declared_by, coalesce(d.name, ''), f.accepted_by, coalesce(a.name, ''), f.refusal,
       f.deviation
FROM finding f
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = f.unit_id
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = f.person_id
LEFT JOIN org_person d ON d.tenant_id = $1 AND d.person_id = f.declared_by
LEFT JOIN org_person a ON a.tenant_id = $1 AND a.person_id = f.accepted_by
WHERE f.tenant_id = $1 AND f.submission_id = $2 AND (f.state < 3 OR NOT $3::boolean)
ORDER BY f.kind, f.on_date, u.name, p.name, f.finding_id
LIMIT $4
