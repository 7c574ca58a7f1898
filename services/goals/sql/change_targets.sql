-- Further versions of targets. What is written comes from the caller, who holds the sheet, so the
-- versions need not wait for the update.
-- $1 tenant, $2 adjustment; of the targets: $3 ids, $4 new versions, $5 parents (0 = none),
-- $6 pinned, $7 values, $8 floors, $9 stretches (-1 = none, or no
-- element where no target has one)
WITH changed AS MATERIALIZED (
    SELECT c.target_id, c.version, nullif(c.parent_id, 0) AS parent_id, c.pinned, c.value,
           nullif(c.floor, -1) AS floor, nullif(c.stretch, -1) AS stretch
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::numeric[],
                $8::numeric[], $9::numeric[])
         AS c (target_id, version, parent_id, pinned, value, floor, stretch)
), versions AS (
    INSERT INTO target_version (tenant_id, target_id, version, adjustment_id, parent_id, pinned,
                                value, floor, stretch)
    SELECT $1, target_id, version, $2, parent_id, pinned, value, floor, stretch FROM changed
)
UPDATE target t SET
    version = c.version, parent_id = c.parent_id, pinned = c.pinned, value = c.value,
    floor = c.floor, stretch = c.stretch
FROM changed c
WHERE t.tenant_id = $1 AND t.target_id = c.target_id
