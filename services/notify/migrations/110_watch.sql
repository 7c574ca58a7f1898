-- Over all tenants, for the metrics: how many deliveries of each channel are due, and since when the
-- oldest is (NULL: none).
CREATE FUNCTION deliveries_due(the_time timestamptz)
RETURNS TABLE (channel text, due bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT c.name, count(d.due_at), min(d.due_at)
    FROM (VALUES (2, 'mail'), (3, 'sms'), (4, 'dingtalk'), (5, 'wecom'), (6, 'feishu')) c (number, name)
    LEFT JOIN LATERAL (SELECT x.due_at FROM delivery x
                       WHERE x.channel = c.number AND x.due_at <= the_time
                         AND x.state IN ('gathering', 'queued', 'sending')
                       LIMIT 10001) d ON true
    GROUP BY c.name
$$;
