-- A person's wishes, the language that holds, and his addresses. $1 tenant, $2 person
SELECT coalesce(nullif(f.language, ''), p.language, 'zh-CN'), coalesce(f.quiet_off, false),
       coalesce(f.quiet_from, -1)::bigint, coalesce(f.quiet_until, -1)::bigint,
       coalesce(f.digest_at, -1)::bigint, coalesce(p.email, ''), coalesce(p.mobile, ''),
       coalesce(p.name, '')
FROM (SELECT 1) one
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = $2
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = $2
