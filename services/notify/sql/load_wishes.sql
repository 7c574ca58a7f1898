-- For each person and channel: is it wanted, how, and how many were sent since the day began.
-- Somebody not known yet counts as reachable: his address may have come by the time of sending.
-- $1 tenant, $2 people, $3 channels, $4 when the day began
SELECT w.person_id, w.channel, coalesce(c.enabled, true), coalesce(c.digest, 0)::bigint,
       coalesce(f.quiet_off, false), coalesce(f.quiet_from, -1)::bigint,
       coalesce(f.quiet_until, -1)::bigint, coalesce(f.digest_at, -1)::bigint,
       (SELECT count(*) FROM delivery d
        WHERE d.tenant_id = $1 AND d.person_id = w.person_id AND d.channel = w.channel
          AND d.sent_at >= $4),
       CASE WHEN p.person_id IS NULL THEN true
            WHEN w.channel = 2 THEN p.email <> ''
            WHEN w.channel = 3 THEN p.mobile <> ''
            ELSE true END
FROM (SELECT DISTINCT u.person_id, v.channel
      FROM unnest($2::bigint[]) u (person_id), unnest($3::bigint[]) v (channel)) w
LEFT JOIN channel_preference c
       ON c.tenant_id = $1 AND c.person_id = w.person_id AND c.channel = w.channel
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = w.person_id
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = w.person_id
ORDER BY w.person_id, w.channel
