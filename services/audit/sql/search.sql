-- Entries that match, newest first. $1 tenant, $2 account, $3 stream, $4 type, $5 key as a LIKE
-- pattern, $6 from, $7 to (null = open), $8 denied only, $9 below this number, $10 limit;
-- null texts = any
SELECT number, at, stream, type, key, account, person_id, address, denied, cause, epoch,
       partition::bigint, event_number, canonical, hash
FROM entry
WHERE tenant_id = $1
  AND ($2::text IS NULL OR account = $2)
  AND ($3::text IS NULL OR stream = $3)
  AND ($4::text IS NULL OR type = $4)
  AND ($5::text IS NULL OR key LIKE $5)
  AND ($6::timestamptz IS NULL OR at >= $6)
  AND ($7::timestamptz IS NULL OR at < $7)
  AND (NOT $8::boolean OR denied)
  AND number < $9::bigint
ORDER BY number DESC
LIMIT $10::bigint
