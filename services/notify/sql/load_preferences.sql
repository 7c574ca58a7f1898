-- A person's wishes, and the language that holds. $1 tenant, $2 person
SELECT coalesce(f.mail, true), coalesce(nullif(f.language, ''), p.language, 'zh-CN')
FROM (SELECT 1) one
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = $2
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = $2
