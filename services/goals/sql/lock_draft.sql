-- Nobody else changes a draft until the commit.
-- $1 tenant, $2 draft
SELECT state, version, author_person_id, author
FROM draft WHERE tenant_id = $1 AND draft_id = $2 FOR UPDATE
