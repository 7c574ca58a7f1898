-- Who has targets: those of people, unless a newer version is there. $1 tenant; side by side:
-- $2 targets, $3 people, $4 periods, $5 versions, $6 removed.
INSERT INTO person_target AS t (tenant_id, target_id, person_id, period, version, removed)
SELECT $1::bigint, w.* FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[],
                                   $6::boolean[]) AS w
ON CONFLICT (tenant_id, target_id) DO UPDATE SET
    person_id = excluded.person_id, period = excluded.period, version = excluded.version,
    removed = excluded.removed
WHERE t.version < excluded.version
