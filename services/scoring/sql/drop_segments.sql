-- Segments of older versions of targets that were told. $1 tenant, by target: $2 period, $3 owner kind,
-- $4 owner, $5 indicator, $6 target id, $7 version.
DELETE FROM segment AS s
USING unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
      AS w (period, owner_kind, owner_id, indicator_id, target_id, version)
WHERE s.tenant_id = $1 AND s.period = w.period AND s.owner_kind = w.owner_kind
  AND s.owner_id = w.owner_id AND s.indicator_id = w.indicator_id
  AND (s.target_id, s.version) < (w.target_id, w.version);
