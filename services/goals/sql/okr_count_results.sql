-- The next version of what is told of each of some owners, in the order of the lists.
-- $1 tenant, each parallel: $2 owners' kinds, $3 owners, $4 periods
WITH wanted AS (
    SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY
        AS w (kind, owner_id, period, at)
), counted AS (
    UPDATE okr_result r SET version = r.version + 1
    FROM wanted w
    WHERE r.tenant_id = $1 AND r.owner_kind = w.kind AND r.owner_id = w.owner_id
      AND r.period = w.period
    RETURNING w.at, r.version
)
SELECT version FROM counted ORDER BY at
