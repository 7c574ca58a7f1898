-- Deliveries by state ('' = all), newest first, with how many there are. $1 tenant, $2 state,
-- $3 how many
SELECT d.id, d.template, d.attempts, d.last_answer, d.at, d.state,
       (SELECT count(*) FROM delivery c WHERE c.tenant_id = $1 AND ($2 = '' OR c.state = $2))
FROM delivery d
WHERE d.tenant_id = $1 AND ($2 = '' OR d.state = $2)
ORDER BY d.id DESC LIMIT $3
