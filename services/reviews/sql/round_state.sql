-- $1 tenant, $2 round, $3 state, $4 now, $5 reason; "" leaves the one of the start.
UPDATE round SET state = $3::integer, version = version + 1,
    opened_at = CASE WHEN $3::integer = 2 THEN $4::timestamptz ELSE opened_at END,
    closed_at = CASE WHEN $3::integer = 4 THEN $4::timestamptz ELSE closed_at END,
    released_at = CASE WHEN $3::integer = 5 THEN $4::timestamptz ELSE released_at END,
    reason = CASE WHEN $5::text = '' THEN reason ELSE $5::text END
WHERE tenant_id = $1 AND round_id = $2
