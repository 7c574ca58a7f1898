-- Something is to be computed in every period that ends on $3 or later. $1 tenant, $2 it touches
-- very many, $3 day (NULL = all), $4 everybody, $5 people, $6 unit trees.
INSERT INTO dirty (tenant_id, period, wide, from_day, everybody, people, tree_units)
VALUES ($1, '', $2, $3::date, $4, $5::bigint[], $6::bigint[]);
