-- What was told with values, newer ones over older. $1 tenant, then by value: $2 period, $3 owner kind,
-- $4 owner, $5 measure, $6 version, $7 the message.
INSERT INTO told (tenant_id, period, owner_kind, owner_id, measure_id, version, body)
SELECT DISTINCT ON (period, owner_kind, owner_id, measure_id) $1, w.*
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
     AS w (period, owner_kind, owner_id, measure_id, version, body)
ORDER BY period, owner_kind, owner_id, measure_id, version DESC
ON CONFLICT (tenant_id, period, owner_kind, owner_id, measure_id) DO UPDATE
SET version = excluded.version, body = excluded.body
WHERE told.version < excluded.version;
