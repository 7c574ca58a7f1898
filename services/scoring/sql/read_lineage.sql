-- Where an actual and a target come from. $1 tenant, $2 period, $3 owner kind, $4 owner, $5 measure,
-- $6 indicator.
SELECT m.body, a.version, a.records, t.target_id, t.version, t.value, t.floor, t.stretch,
       t.parent_id, t.pinned, d.author, d.reason, o.body
FROM (SELECT 1) AS one
LEFT JOIN measure AS m ON m.tenant_id = $1 AND m.measure_id = $5
LEFT JOIN LATERAL (
    SELECT u.version, u.records
    FROM actual AS f, unnest(f.measure_ids, f.versions, f.records) AS u (id, version, records)
    WHERE f.tenant_id = $1 AND f.period = $2 AND f.owner_kind = $3::bigint AND f.owner_id = $4
      AND u.id = $5) AS a ON true
LEFT JOIN LATERAL (
    SELECT u.target_id, u.version, u.value, u.floor, u.stretch, u.parent_id, u.pinned,
           u.adjustment_id
    FROM target AS f,
         unnest(f.indicator_ids, f.target_ids, f.versions, f."values", f.floors, f.stretches,
                f.parent_ids, f.pinned, f.adjustment_ids)
         AS u (id, target_id, version, value, floor, stretch, parent_id, pinned, adjustment_id)
    WHERE f.tenant_id = $1 AND f.period = $2 AND f.owner_kind = $3::bigint AND f.owner_id = $4
      AND u.id = $6 AND u.value IS NOT NULL) AS t ON true
LEFT JOIN adjustment AS d ON d.tenant_id = $1 AND d.adjustment_id = t.adjustment_id
LEFT JOIN told AS o ON o.tenant_id = $1 AND o.period = $2 AND o.owner_kind = $3::bigint
                   AND o.owner_id = $4 AND o.measure_id = $5;
