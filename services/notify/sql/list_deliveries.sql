-- Deliveries by state ('' = all) and channel (0 = all), newest first, with how many there are.
-- $1 tenant, $2 state, $3 how many, $4 channel, $5 before this id (0 = from the newest)
SELECT d.id, d.channel, d.template, d.attempts, d.last_answer, d.at, d.state, d.count, d.due_at,
       d.sent_at, d.receipt,
       (SELECT count(*) FROM delivery c
        WHERE c.tenant_id = $1 AND ($2 = '' OR c.state = $2) AND ($4 = 0 OR c.channel = $4))
FROM delivery d
WHERE d.tenant_id = $1 AND ($2 = '' OR d.state = $2) AND ($4 = 0 OR d.channel = $4)
  AND ($5 = 0 OR d.id < $5)
ORDER BY d.id DESC LIMIT $3
