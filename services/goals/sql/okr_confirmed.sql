-- Confirmed objectives of some owners, and whose: the place in the lists, from 1.
-- $1 tenant, each parallel: $2 owners' kinds, $3 owners, $4 periods
SELECT o.objective_id, w.at
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS w (kind, owner_id, period, at)
JOIN objective o ON o.tenant_id = $1 AND o.owner_kind = w.kind AND o.owner_id = w.owner_id
                AND o.period = w.period AND o.state = 2
ORDER BY w.at, o.objective_id
