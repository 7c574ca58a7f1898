-- Over all tenants, for the metrics: how many timers are due, and since when the oldest is (NULL: none).
CREATE FUNCTION timers_due(the_time timestamptz) RETURNS TABLE (due bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT count(*), min(d.due_at)
    FROM (SELECT x.due_at FROM timer x WHERE x.due_at <= the_time
          ORDER BY x.due_at LIMIT 10001) d
$$;
