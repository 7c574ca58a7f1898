-- Takes due deliveries under a lease: nobody else sends them until it ends. One whose lease ended
-- without an outcome is taken again. $1 tenant, $2 now, $3 lease ends, $4 holder, $5 how many
WITH due AS (
    SELECT id FROM delivery
    WHERE tenant_id = $1 AND state IN ('queued', 'sending') AND due_at <= $2
    ORDER BY due_at, id LIMIT $5
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE delivery d SET state = 'sending', attempts = d.attempts + 1, due_at = $3, holder = $4
    FROM due WHERE d.tenant_id = $1 AND d.id = due.id
    RETURNING d.id, d.person_id, d.template, d.attempts
)
SELECT t.id, t.person_id, t.template, t.attempts, n.params::text, n.at,
       coalesce(p.name, ''), coalesce(p.email, ''),
       coalesce(nullif(f.language, ''), p.language, 'zh-CN')
FROM taken t
JOIN notice n ON n.tenant_id = $1 AND n.id = t.id
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = t.person_id
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = t.person_id
ORDER BY t.id
