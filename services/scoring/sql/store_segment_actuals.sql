-- What was done in segments, as ingest told it: newer ones win, owners whose target is cut there are
-- marked. How many totals? $1 tenant, then by total: $2 owner kind, $3 owner, $4 first day, $5 last day,
-- $6 measure, $7 numerator, $8 denominator, $9 records, $10 version.
WITH told AS (
    SELECT DISTINCT ON (owner_kind, owner_id, first_day, last_day, measure_id) w.*
    FROM unnest($2::bigint[], $3::bigint[], $4::date[], $5::date[], $6::bigint[], $7::numeric[],
                $8::numeric[], $9::bigint[], $10::bigint[])
         AS w (owner_kind, owner_id, first_day, last_day, measure_id, numerator, denominator, records,
               version)
    ORDER BY owner_kind, owner_id, first_day, last_day, measure_id, version DESC
), stored AS (
    INSERT INTO segment_actual AS old (tenant_id, owner_kind, owner_id, first_day, last_day,
                                       measure_id, numerator, denominator, records, version)
    SELECT $1, owner_kind, owner_id, first_day, last_day, measure_id, numerator, denominator, records,
           version
    FROM told
    ORDER BY owner_kind, owner_id, first_day, last_day, measure_id
    ON CONFLICT (tenant_id, owner_kind, owner_id, first_day, last_day, measure_id) DO UPDATE
    SET numerator = excluded.numerator, denominator = excluded.denominator,
        records = excluded.records, version = excluded.version
    WHERE old.version < excluded.version
    RETURNING owner_kind, owner_id, first_day, last_day
), concerned AS (
    SELECT DISTINCT s.period, s.owner_kind, s.owner_id
    FROM stored AS w
    JOIN segment AS s ON s.tenant_id = $1 AND s.owner_kind = w.owner_kind
                     AND s.owner_id = w.owner_id AND s.first_day = w.first_day
                     AND s.last_day = w.last_day
), marked AS (
    INSERT INTO dirty (tenant_id, period, wide, people, units)
    SELECT $1, period, false, array_agg(owner_id) FILTER (WHERE owner_kind = 2),
           array_agg(owner_id) FILTER (WHERE owner_kind = 1)
    FROM concerned GROUP BY period
)
SELECT count(*) FROM stored;
