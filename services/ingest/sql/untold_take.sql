-- Takes owners and periods that are to be told. $1 tenant, $2 limit.
DELETE FROM untold u
USING (SELECT owner_kind, owner_id, period FROM untold WHERE tenant_id = $1
       ORDER BY owner_kind, owner_id, period LIMIT $2) w
WHERE u.tenant_id = $1 AND u.owner_kind = w.owner_kind AND u.owner_id = w.owner_id
  AND u.period = w.period
RETURNING u.owner_kind, u.owner_id, u.period
