-- What an objective is aligned to from now on. $1 tenant, $2 objective, $3 to, $4 up, each parallel
WITH wanted AS (
    SELECT * FROM unnest($3::bigint[], $4::boolean[]) AS w (to_id, up)
), gone AS (
    DELETE FROM objective_link
    WHERE tenant_id = $1 AND objective_id = $2 AND to_id NOT IN (SELECT to_id FROM wanted)
)
INSERT INTO objective_link (tenant_id, objective_id, to_id, up)
SELECT $1, $2, to_id, up FROM wanted
ON CONFLICT (tenant_id, objective_id, to_id) DO UPDATE SET up = excluded.up
