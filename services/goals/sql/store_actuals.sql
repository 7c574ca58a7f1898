-- Totals as ingest told them: those that are newer go into their owner's row.
-- $1 tenant, then by total: $2 period, $3 owner kind, $4 owner, $5 measure, $6 numerator,
-- $7 denominator, $8 version
WITH told AS (
    SELECT DISTINCT ON (period, owner_kind, owner_id, measure_id) w.*
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[], $7::numeric[],
                $8::bigint[])
         AS w (period, owner_kind, owner_id, measure_id, numerator, denominator, version)
    ORDER BY period, owner_kind, owner_id, measure_id, version DESC
), held AS (
    SELECT a.period, a.owner_kind, a.owner_id, u.*
    FROM (SELECT DISTINCT period, owner_kind, owner_id FROM told) AS o
    JOIN actual AS a ON a.tenant_id = $1 AND a.owner_kind = o.owner_kind
                    AND a.owner_id = o.owner_id AND a.period = o.period,
         unnest(a.measure_ids, a.numerators, a.denominators, a.versions)
         AS u (measure_id, numerator, denominator, version)
), merged AS ( -- of what is held and what is told, the newest of each measure
    SELECT DISTINCT ON (period, owner_kind, owner_id, measure_id) b.*
    FROM (SELECT * FROM held UNION ALL SELECT * FROM told) AS b
    ORDER BY period, owner_kind, owner_id, measure_id, version DESC
)
INSERT INTO actual (tenant_id, period, owner_kind, owner_id, measure_ids, numerators, denominators,
                    versions)
SELECT $1, period, owner_kind, owner_id, array_agg(measure_id ORDER BY measure_id),
       array_agg(numerator ORDER BY measure_id), array_agg(denominator ORDER BY measure_id),
       array_agg(version ORDER BY measure_id)
FROM merged
GROUP BY period, owner_kind, owner_id
ORDER BY owner_kind, owner_id, period
ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO UPDATE
SET measure_ids = excluded.measure_ids, numerators = excluded.numerators,
    denominators = excluded.denominators, versions = excluded.versions
WHERE actual.versions IS DISTINCT FROM excluded.versions
   OR actual.measure_ids IS DISTINCT FROM excluded.measure_ids
