-- Totals as ingest told them: those that are newer go into their rows. Answers the owners and periods of
-- objectives that they feed.
-- $1 tenant, then by total: $2 period, $3 owner kind, $4 owner, $5 measure, $6 numerator,
-- $7 denominator, $8 version
WITH stored AS (
    INSERT INTO total AS held (tenant_id, period, owner_kind, owner_id, measure_id, numerator,
                               denominator, version)
    SELECT DISTINCT ON (owner_id, measure_id, owner_kind, period COLLATE "C") $1, told.*
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[], $7::numeric[],
                $8::bigint[])
         AS told (period, owner_kind, owner_id, measure_id, numerator, denominator, version)
    ORDER BY owner_id, measure_id, owner_kind, period COLLATE "C", version DESC
    ON CONFLICT (tenant_id, owner_id, measure_id, owner_kind, period) DO UPDATE
    SET numerator = excluded.numerator, denominator = excluded.denominator, version = excluded.version
    WHERE held.version < excluded.version
    RETURNING held.owner_kind, held.owner_id, held.measure_id, held.period
)
SELECT DISTINCT f.owner_kind, f.owner_id, f.period
FROM stored s
JOIN key_result_feed f ON f.tenant_id = $1 AND f.owner_id = s.owner_id
                      AND f.measure_id = s.measure_id AND f.owner_kind = s.owner_kind
                      AND f.period = s.period
ORDER BY f.owner_kind, f.owner_id, f.period
