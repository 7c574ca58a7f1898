-- Where people have records. $1 tenant, $2 people, $3 paths.
INSERT INTO person_path (tenant_id, person_id, path_id)
SELECT $1::bigint, p, q FROM unnest($2::bigint[], $3::bigint[]) t (p, q)
ORDER BY p, q
ON CONFLICT (tenant_id, person_id, path_id) DO NOTHING
