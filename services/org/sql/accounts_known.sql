-- Which of these accounts or people have one already. $1 tenant, $2 accounts, $3 people
SELECT account, person_id FROM account
WHERE tenant_id = $1 AND (account = ANY ($2::text[]) OR person_id = ANY ($3::bigint[]))
