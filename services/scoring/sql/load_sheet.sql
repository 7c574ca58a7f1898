-- All targets of an indicator in a period. $1 tenant, $2 period, $3 indicator.
SELECT u.target_id, t.owner_kind, t.owner_id, u.parent_id, u.version, u.pinned, u.value, u.floor,
       u.stretch
FROM target AS t,
     unnest(t.indicator_ids, t.target_ids, t.parent_ids, t.versions, t.pinned, t."values", t.floors,
            t.stretches)
         AS u (indicator_id, target_id, parent_id, version, pinned, value, floor, stretch)
WHERE t.tenant_id = $1 AND t.period = $2 AND u.indicator_id = $3 AND u.value IS NOT NULL;
