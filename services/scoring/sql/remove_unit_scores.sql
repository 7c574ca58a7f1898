-- Units that are no more in the tree of the period. $1 tenant, $2 period, $3 units.
DELETE FROM unit_score WHERE tenant_id = $1 AND period = $2 AND unit_id = ANY ($3::bigint[]);
