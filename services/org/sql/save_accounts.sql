-- Makes accounts for people who have none; tells which were made.
-- $1 tenant, $2 good until, $3 now, arrays: $4 accounts, $5 people, $6 hashes
INSERT INTO account (tenant_id, account, person_id, password_hash, must_change, one_time_until,
                     changed_at)
SELECT $1, s.account, s.person_id, s.hash, true, $2, $3
FROM unnest($4::text[], $5::bigint[], $6::text[]) AS s (account, person_id, hash)
ON CONFLICT DO NOTHING
RETURNING account
