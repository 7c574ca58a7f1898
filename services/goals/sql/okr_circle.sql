-- Does one of these objectives lead, up or across, to the objective? $1 tenant, $2 objective, $3 these
WITH RECURSIVE onward AS (
    SELECT unnest($3::bigint[]) AS id
    UNION
    SELECT l.to_id
    FROM onward
    JOIN objective_link l ON l.tenant_id = $1 AND l.objective_id = onward.id
)
SELECT EXISTS (SELECT FROM onward WHERE id = $2)
