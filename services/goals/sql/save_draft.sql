-- Keeps a new draft, or the new state of one that is locked.
-- $1 tenant, $2 draft or 0, $3 name, $4 period, $5 reason, $6 body, $7 author, $8 author's person,
-- $9 at
INSERT INTO draft AS d (tenant_id, draft_id, version, state, name, period, reason, body, author,
                        author_person_id, changed_at)
VALUES ($1, coalesce(nullif($2::bigint, 0), nextval('draft_ids')), 1, 1, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, draft_id) DO UPDATE
SET version = d.version + 1, name = excluded.name, period = excluded.period,
    reason = excluded.reason, body = excluded.body, changed_at = excluded.changed_at
RETURNING draft_id, version
