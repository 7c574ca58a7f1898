-- Of a tenant by channel: due and not sent, since when, sent today, dead letters. $1 tenant,
-- $2 now, $3 when the day began
SELECT channel,
       count(*) FILTER (WHERE state IN ('gathering', 'queued', 'sending') AND due_at <= $2),
       min(due_at) FILTER (WHERE state IN ('gathering', 'queued') AND due_at <= $2),
       count(*) FILTER (WHERE sent_at >= $3),
       count(*) FILTER (WHERE state = 'failed')
FROM delivery
WHERE tenant_id = $1 AND (state IN ('gathering', 'queued', 'sending', 'failed') OR sent_at >= $3)
GROUP BY channel
