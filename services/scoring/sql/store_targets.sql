-- Targets as goals told them: newer ones go into their owner's row, owners that changed are marked.
-- How many owners? $1 tenant, then by target: $2 period, $3 owner kind, $4 owner, $5 indicator,
-- $6 value (NULL = removed, as text), $7 target id, $8 version, $9 floor and $10 stretch (as text,
-- '' = none), $11 parent, $12 pinned; $13 adjustment.
WITH told AS (
    SELECT DISTINCT ON (period, owner_kind, owner_id, indicator_id) w.*
    FROM (SELECT period, owner_kind, owner_id, indicator_id, value::numeric AS value, target_id,
                 version, nullif(floor, '')::numeric AS floor,
                 nullif(stretch, '')::numeric AS stretch, parent_id, pinned, $13::bigint AS adjustment_id
          FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                      $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::bigint[],
                      $12::boolean[])
               AS w (period, owner_kind, owner_id, indicator_id, value, target_id, version, floor,
                     stretch, parent_id, pinned)) AS w
    ORDER BY period, owner_kind, owner_id, indicator_id, target_id DESC, version DESC
), held AS (
    SELECT t.period, t.owner_kind, t.owner_id, u.*
    FROM (SELECT DISTINCT period, owner_kind, owner_id FROM told) AS o
    JOIN target AS t ON t.tenant_id = $1 AND t.period = o.period AND t.owner_kind = o.owner_kind
                    AND t.owner_id = o.owner_id,
         unnest(t.indicator_ids, t."values", t.target_ids, t.versions, t.floors, t.stretches,
                t.parent_ids, t.pinned, t.adjustment_ids)
         AS u (indicator_id, value, target_id, version, floor, stretch, parent_id, pinned,
               adjustment_id)
), newer AS (
    SELECT w.* FROM told AS w
    LEFT JOIN held AS h USING (period, owner_kind, owner_id, indicator_id)
    WHERE h.version IS NULL OR (w.target_id, w.version) > (h.target_id, h.version)
), merged AS (
    SELECT n.* FROM newer AS n
    UNION ALL
    SELECT h.period, h.owner_kind, h.owner_id, h.indicator_id, h.value, h.target_id, h.version,
           h.floor, h.stretch, h.parent_id, h.pinned, h.adjustment_id
    FROM held AS h
    WHERE (h.period, h.owner_kind, h.owner_id)
              IN (SELECT period, owner_kind, owner_id FROM newer)
      AND (h.period, h.owner_kind, h.owner_id, h.indicator_id)
              NOT IN (SELECT period, owner_kind, owner_id, indicator_id FROM newer)
), stored AS (
    INSERT INTO target (tenant_id, period, owner_kind, owner_id, indicator_ids, "values",
                        target_ids, versions, floors, stretches, parent_ids, pinned,
                        adjustment_ids)
    SELECT $1, period, owner_kind, owner_id, array_agg(indicator_id ORDER BY indicator_id),
           array_agg(value ORDER BY indicator_id), array_agg(target_id ORDER BY indicator_id),
           array_agg(version ORDER BY indicator_id), array_agg(floor ORDER BY indicator_id),
           array_agg(stretch ORDER BY indicator_id), array_agg(parent_id ORDER BY indicator_id),
           array_agg(pinned ORDER BY indicator_id), array_agg(adjustment_id ORDER BY indicator_id)
    FROM merged GROUP BY period, owner_kind, owner_id
    ORDER BY period, owner_kind, owner_id
    ON CONFLICT (tenant_id, period, owner_kind, owner_id) DO UPDATE
    SET indicator_ids = excluded.indicator_ids, "values" = excluded."values",
        target_ids = excluded.target_ids, versions = excluded.versions, floors = excluded.floors,
        stretches = excluded.stretches, parent_ids = excluded.parent_ids,
        pinned = excluded.pinned, adjustment_ids = excluded.adjustment_ids
    RETURNING period, owner_kind, owner_id
), marked AS (
    INSERT INTO dirty (tenant_id, period, wide, people, units)
    SELECT $1, period, false, array_agg(owner_id) FILTER (WHERE owner_kind = 2),
           array_agg(owner_id) FILTER (WHERE owner_kind = 1)
    FROM stored GROUP BY period
)
SELECT count(*) FROM stored;
