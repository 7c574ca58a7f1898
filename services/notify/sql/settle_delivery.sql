-- The outcome of an attempt, by whoever holds the lease. $1 tenant, $2 id, $3 holder, $4 state,
-- $5 due, $6 the server's answer
UPDATE delivery SET state = $4, due_at = $5, last_answer = $6, holder = ''
WHERE tenant_id = $1 AND id = $2 AND state = 'sending' AND holder = $3
