-- Counts a log-in attempt as a failure until it succeeds, unless the account is locked. The delay
-- doubles with every failure past the limit. No row: locked (see locked_until of load_attempt).
-- $1 tenant, $2 account, $3 now, $4 failures allowed, $5 first delay in seconds, $6 longest delay,
-- $7 seconds after which failures are forgotten
INSERT INTO login_attempt AS l (tenant_id, account, failures, last_at, locked_until)
VALUES ($1, $2, 1, $3, CASE WHEN 1 >= $4 THEN $3::timestamptz + make_interval(secs => $5) END)
ON CONFLICT (tenant_id, account) DO UPDATE
SET (failures, last_at, locked_until) = (
    SELECT c.failures, $3::timestamptz,
           CASE WHEN c.failures >= $4 THEN $3::timestamptz + make_interval(secs => least(
               $6::double precision,
               $5::double precision * power(2, least(c.failures - $4, 30)))) END
    FROM (SELECT CASE WHEN l.last_at < $3::timestamptz - make_interval(secs => $7)
                      THEN 1 ELSE l.failures + 1 END AS failures) c)
WHERE l.locked_until IS NULL OR l.locked_until <= $3
RETURNING failures, locked_until
