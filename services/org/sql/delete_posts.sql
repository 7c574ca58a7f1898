-- $1 tenant, $2 people
DELETE FROM post WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
