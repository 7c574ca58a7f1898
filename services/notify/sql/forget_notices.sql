-- Those that no delivery waits to tell: what waits is younger than a digest. $1 tenant, $2 before,
-- $3 at most
DELETE FROM notice WHERE (tenant_id, id) IN (
    SELECT n.tenant_id, n.id FROM notice n
    WHERE n.tenant_id = $1 AND n.at < $2
      AND NOT EXISTS (SELECT 1 FROM delivery d
                      WHERE d.tenant_id = $1 AND d.person_id = n.person_id
                        AND d.state IN ('gathering', 'queued', 'sending'))
    LIMIT $3)
