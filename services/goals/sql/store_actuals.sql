-- Totals as ingest told them: those that are newer go into their rows.
-- $1 tenant, then by total: $2 period, $3 owner kind, $4 owner, $5 measure, $6 numerator,
-- $7 denominator, $8 version
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
