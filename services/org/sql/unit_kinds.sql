-- The kinds of units today. $1 tenant, $2 units, $3 day
SELECT unit_id, kind FROM units_on($1, $3) WHERE unit_id = ANY ($2::bigint[])
