-- An account that may log in today. $1 tenant, $2 account, $3 now
SELECT a.person_id, a.password_hash, a.must_change, a.one_time_until
FROM account a
JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
JOIN tenant t ON t.id = a.tenant_id
WHERE a.tenant_id = $1 AND a.account = $2
  AND (p.employed_to > (($3)::timestamptz AT TIME ZONE t.time_zone)::date)
