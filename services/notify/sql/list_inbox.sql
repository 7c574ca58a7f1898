-- A person's inbox, newest first: unread notices of one fold are one entry, and so are those that
-- were read together. Looks at the newest 2,000. $1 tenant, $2 person, $3 before this id (0 = from
-- the newest), $4 unread alone, $5 how many
SELECT max(n.id), n.template, (array_agg(n.params::text ORDER BY n.id))[1:10], max(n.at),
       n.read_at IS NOT NULL, count(*)
FROM (SELECT * FROM notice
      WHERE tenant_id = $1 AND person_id = $2 AND (NOT $4 OR read_at IS NULL)
      ORDER BY id DESC LIMIT 2000) n
GROUP BY coalesce(nullif(n.fold, ''), n.id::text), n.template, n.read_at
HAVING $3 = 0 OR max(n.id) < $3
ORDER BY max(n.id) DESC LIMIT $5
