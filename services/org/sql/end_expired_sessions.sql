-- Ends sessions whose time is up, and those of people who left. $1 tenant, $2 now, $3 at most,
-- $4 today
UPDATE session s SET ended_at = $2,
       reason = CASE WHEN s.expires_at <= $2 THEN 'expired' ELSE 'left the company' END
WHERE (s.tenant_id, s.id) IN (
    SELECT e.tenant_id, e.id FROM session e
    JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id
    WHERE e.tenant_id = $1 AND e.ended_at IS NULL
      AND (e.expires_at <= $2 OR p.employed_to <= $4)
    LIMIT $3
    FOR UPDATE OF e SKIP LOCKED)
RETURNING s.id, s.person_id, s.reason
