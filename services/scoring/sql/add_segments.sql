-- Segments of targets, unless as new a version of the target is there. Before the targets themselves are
-- stored. $1 tenant, by segment: $2 period, $3 owner kind, $4 owner, $5 indicator, $6 target id,
-- $7 version, $8 first day, $9 last day, $10 value, $11 floor and $12 stretch (as text, '' = none).
INSERT INTO segment (tenant_id, period, owner_kind, owner_id, indicator_id, target_id, version,
                     first_day, last_day, value, floor, stretch)
SELECT $1, w.period, w.owner_kind, w.owner_id, w.indicator_id, w.target_id, w.version, w.first_day,
       w.last_day, w.value::numeric, nullif(w.floor, '')::numeric, nullif(w.stretch, '')::numeric
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::date[], $9::date[], $10::text[], $11::text[], $12::text[])
     AS w (period, owner_kind, owner_id, indicator_id, target_id, version, first_day, last_day, value,
           floor, stretch)
WHERE NOT EXISTS (
    SELECT FROM target AS t
    CROSS JOIN LATERAL unnest(t.indicator_ids, t.target_ids, t.versions)
        AS h (indicator_id, target_id, version)
    WHERE t.tenant_id = $1 AND t.period = w.period AND t.owner_kind = w.owner_kind
      AND t.owner_id = w.owner_id AND h.indicator_id = w.indicator_id
      AND (h.target_id, h.version) >= (w.target_id, w.version));
