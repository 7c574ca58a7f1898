-- $1 tenant, $2 id
SELECT d.id, d.channel, d.template, d.attempts, d.last_answer, d.at, d.state, d.count, d.due_at,
       d.sent_at, d.receipt, d.person_id
FROM delivery d WHERE d.tenant_id = $1 AND d.id = $2
