-- A person's notices, newest first. $1 tenant, $2 person, $3 before this id (0 = from the newest),
-- $4 unread alone, $5 how many
SELECT id, template, params::text, at, read_at IS NOT NULL
FROM notice
WHERE tenant_id = $1 AND person_id = $2 AND ($3 = 0 OR id < $3) AND (NOT $4 OR read_at IS NULL)
ORDER BY id DESC LIMIT $5
