-- The schemes that there are already. $1 tenant, $2 contents.
SELECT content, scheme_id FROM scheme WHERE tenant_id = $1 AND content = ANY ($2::text[]);
