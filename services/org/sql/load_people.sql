-- People with their posts, one row a post (none: one row with NULLs). $1 tenant, $2 ids
SELECT p.id, p.code, p.name, p.email, p.mobile, p.manager_id, p.employed_from, p.employed_to,
       p.language, p.version, o.unit_id, o.position, o.share, o.main, o.valid_from, o.valid_to
FROM person p LEFT JOIN post o ON o.tenant_id = p.tenant_id AND o.person_id = p.id
WHERE p.tenant_id = $1 AND p.id = ANY ($2::bigint[])
ORDER BY p.code, p.id, o.seq
