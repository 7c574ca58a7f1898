-- Takes owners and periods that are to be told, with the span that a period is (0: none). $1 tenant,
-- $2 limit.
DELETE FROM untold u
USING (SELECT owner_kind, owner_id, period FROM untold WHERE tenant_id = $1
       ORDER BY owner_kind, owner_id, period LIMIT $2) w
WHERE u.tenant_id = $1 AND u.owner_kind = w.owner_kind AND u.owner_id = w.owner_id
  AND u.period = w.period
RETURNING u.owner_kind, u.owner_id, u.period,
    CASE WHEN length(u.period) > 7 THEN
        (SELECT o.span_id FROM span_owner o
         WHERE o.tenant_id = u.tenant_id AND o.owner_kind = u.owner_kind
           AND o.owner_id = u.owner_id AND o.period = u.period)
    ELSE 0 END
