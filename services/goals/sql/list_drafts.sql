-- Drafts, newest first.
-- $1 tenant, $2 this draft or 0, $3 before this draft, $4 the account that wrote them or NULL, $5 limit
SELECT d.draft_id, d.version, d.state, d.name, d.period, d.reason, d.body, d.author,
       d.author_person_id, coalesce(p.name, ''), d.changed_at, d.carried_out_at, d.adjustment_ids
FROM draft d
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.author_person_id
WHERE d.tenant_id = $1 AND ($2::bigint = 0 OR d.draft_id = $2) AND d.draft_id < $3
  AND ($4::text IS NULL OR d.author = $4)
ORDER BY d.draft_id DESC
LIMIT $5
