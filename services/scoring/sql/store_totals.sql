-- Totals as ingest told them: newer ones go into their owner's row, owners that changed are marked.
-- How many owners? $1 tenant, then by total: $2 period, $3 owner kind, $4 owner, $5 measure,
-- $6 numerator, $7 denominator, $8 records, $9 version.
WITH told AS (
    SELECT DISTINCT ON (period, owner_kind, owner_id, measure_id) w.*
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[], $7::numeric[],
                $8::bigint[], $9::bigint[])
         AS w (period, owner_kind, owner_id, measure_id, numerator, denominator, records, version)
    ORDER BY period, owner_kind, owner_id, measure_id, version DESC
), held AS (
    SELECT a.period, a.owner_kind, a.owner_id, u.*
    FROM (SELECT DISTINCT period, owner_kind, owner_id FROM told) AS o
    JOIN actual AS a ON a.tenant_id = $1 AND a.period = o.period AND a.owner_kind = o.owner_kind
                    AND a.owner_id = o.owner_id,
         unnest(a.measure_ids, a.numerators, a.denominators, a.records, a.versions)
         AS u (measure_id, numerator, denominator, records, version)
), newer AS (
    SELECT w.* FROM told AS w
    LEFT JOIN held AS h USING (period, owner_kind, owner_id, measure_id)
    WHERE h.version IS NULL OR w.version > h.version
), merged AS (
    SELECT n.* FROM newer AS n
    UNION ALL
    SELECT h.period, h.owner_kind, h.owner_id, h.measure_id, h.numerator, h.denominator, h.records,
           h.version
    FROM held AS h
    WHERE (h.period, h.owner_kind, h.owner_id)
              IN (SELECT period, owner_kind, owner_id FROM newer)
      AND (h.period, h.owner_kind, h.owner_id, h.measure_id)
              NOT IN (SELECT period, owner_kind, owner_id, measure_id FROM newer)
), stored AS (
    INSERT INTO actual (tenant_id, period, owner_kind, owner_id, measure_ids, numerators,
                        denominators, records, versions)
    SELECT $1, period, owner_kind, owner_id, array_agg(measure_id ORDER BY measure_id),
           array_agg(numerator ORDER BY measure_id), array_agg(denominator ORDER BY measure_id),
           array_agg(records ORDER BY measure_id), array_agg(version ORDER BY measure_id)
    FROM merged GROUP BY period, owner_kind, owner_id
    ORDER BY period, owner_kind, owner_id
    ON CONFLICT (tenant_id, period, owner_kind, owner_id) DO UPDATE
    SET measure_ids = excluded.measure_ids, numerators = excluded.numerators,
        denominators = excluded.denominators, records = excluded.records,
        versions = excluded.versions
    RETURNING period, owner_kind, owner_id
), marked AS (
    INSERT INTO dirty (tenant_id, period, wide, people, units)
    SELECT $1, period, false, array_agg(owner_id) FILTER (WHERE owner_kind = 2),
           array_agg(owner_id) FILTER (WHERE owner_kind = 1)
    FROM stored GROUP BY period
)
SELECT count(*) FROM stored;
