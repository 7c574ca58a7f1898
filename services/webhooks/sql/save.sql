-- Changes a webhook that has not changed since it was read. $1 tenant, $2 name, $3 url, $4 patterns,
-- $5 unit, $6 kinds, $7 mode, $8 state, $9 owner's person, $10 owner's account, $11 id, $12 version
UPDATE webhook SET name = $2, url = $3, patterns = $4::text[], unit_id = $5, unit_kinds = $6::bigint[],
       mode = $7::smallint, state = $8::smallint, reason = '', owner_id = $9, owner = $10,
       version = version + 1, breaker = 'closed', faults = 0, openings = 0
WHERE tenant_id = $1 AND id = $11 AND version = $12
RETURNING id
