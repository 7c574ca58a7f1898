-- Takes due deliveries of a channel under a lease: nobody else sends them until it ends. One whose
-- lease ended without an outcome is taken again. $1 tenant, $2 now, $3 lease ends, $4 holder,
-- $5 how many, $6 channel
WITH due AS (
    SELECT id FROM delivery
    WHERE tenant_id = $1 AND channel = $6 AND state IN ('gathering', 'queued', 'sending')
      AND due_at <= $2
    ORDER BY due_at, id LIMIT $5
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE delivery d SET state = 'sending', attempts = d.attempts + 1, due_at = $3, holder = $4
    FROM due WHERE d.tenant_id = $1 AND d.id = due.id
    RETURNING d.id, d.person_id, d.template, d.attempts, d.count, d.notices, d.deadline
)
SELECT t.id, t.person_id, t.template, t.attempts, t.count,
       CASE WHEN t.notices = '{}' THEN ARRAY[t.id] ELSE t.notices END,
       coalesce(p.name, ''), coalesce(p.email, ''), coalesce(p.mobile, ''),
       coalesce(nullif(f.language, ''), p.language, 'zh-CN'),
       coalesce(f.quiet_off, false), coalesce(f.quiet_from, -1)::bigint,
       coalesce(f.quiet_until, -1)::bigint, coalesce(c.enabled, true),
       t.deadline
FROM taken t
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = t.person_id
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = t.person_id
LEFT JOIN channel_preference c
       ON c.tenant_id = $1 AND c.person_id = t.person_id AND c.channel = $6
ORDER BY t.id
