-- What became of deliveries, by whoever holds their leases; with the attempts. Answers those that
-- were ours still. $1 tenant, $2 holder, arrays: $3 ids, $4 states, $5 due, $6 answers,
-- $7 receipts, $8 outcomes ('' = there was no attempt), $9 when tried, $10 durations; $11 provider
WITH given AS (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
                         $8::text[], $9::timestamptz[], $10::bigint[])
        AS g (id, state, due_at, answer, receipt, outcome, tried_at, duration_us)
), done AS (
    UPDATE delivery d
    SET state = g.state, due_at = g.due_at, last_answer = g.answer, receipt = g.receipt,
        holder = '', attempts = d.attempts - (g.outcome = '')::integer,
        sent_at = CASE WHEN g.state = 'sent' THEN g.due_at END
    FROM given g
    WHERE d.tenant_id = $1 AND d.id = g.id AND d.state = 'sending' AND d.holder = $2
    RETURNING d.id, d.attempts
), kept AS (
    INSERT INTO attempt (tenant_id, delivery_id, number, at, duration_us, outcome, provider, answer)
    SELECT $1, done.id, done.attempts, g.tried_at, g.duration_us, g.outcome, $11, g.answer
    FROM done JOIN given g ON g.id = done.id WHERE g.outcome <> ''
)
SELECT id FROM done
