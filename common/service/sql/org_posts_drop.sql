-- Takes away the posts of people whose posts are about to be stored anew. $1 tenant, $2 people.
DELETE FROM org_post WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
