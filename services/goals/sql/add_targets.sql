-- New targets with their first version.
-- $1 tenant, $2 adjustment, $3 indicator, $4 period; of the targets: $5 ids, $6 owners' kinds,
-- $7 owners, $8 parents (0 = none), $9 pinned, $10 values, $11 floors, $12 stretches (-1 = none,
-- or no element where no target has one)
WITH added AS (
    INSERT INTO target (tenant_id, target_id, owner_kind, owner_id, indicator_id, period, parent_id,
                        version, pinned, over_assignment_allowed, value, floor, stretch)
    SELECT $1, n.target_id, n.owner_kind, n.owner_id, $3, $4, nullif(n.parent_id, 0), 1, n.pinned,
           false, n.value, nullif(n.floor, -1), nullif(n.stretch, -1)
    FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[],
                $10::numeric[], $11::numeric[], $12::numeric[])
         AS n (target_id, owner_kind, owner_id, parent_id, pinned, value, floor, stretch)
    RETURNING target_id, version, parent_id, pinned, value, floor, stretch
)
INSERT INTO target_version (tenant_id, target_id, version, adjustment_id, parent_id, pinned, value,
                            floor, stretch)
SELECT $1, target_id, version, $2, parent_id, pinned, value, floor, stretch FROM added
