-- Adds notices to the delivery that gathers for their person and channel, or begins one; the
-- earliest due time holds. $1 tenant, $2 now, arrays: $3 notices, $4 people, $5 channels,
-- $6 templates, $7 due, $8 deadlines (infinity = none)
INSERT INTO delivery (tenant_id, person_id, channel, template, state, due_at, at, notices, count,
                      deadline)
SELECT $1, g.person_id, g.channel,
       CASE WHEN min(g.template) = max(g.template) THEN min(g.template) ELSE 'digest' END,
       'gathering', min(g.due_at), $2, (array_agg(g.notice_id ORDER BY g.notice_id))[1:50], count(*),
       min(g.deadline)
FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[],
            $8::timestamptz[])
     AS g (notice_id, person_id, channel, template, due_at, deadline)
GROUP BY g.person_id, g.channel
ORDER BY g.person_id, g.channel
ON CONFLICT (tenant_id, person_id, channel) WHERE state = 'gathering' DO UPDATE
SET notices = (delivery.notices || excluded.notices)[1:50],
    count = delivery.count + excluded.count,
    due_at = least(delivery.due_at, excluded.due_at),
    deadline = least(delivery.deadline, excluded.deadline),
    template = CASE WHEN delivery.template = excluded.template THEN delivery.template
                    ELSE 'digest' END
