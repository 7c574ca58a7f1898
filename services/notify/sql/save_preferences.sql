-- preference.mail is kept for replicas of the release before. $1 tenant, $2 person, $3 mail,
-- $4 language, $5 no quiet hours, $6 from, $7 until, $8 digest at (minutes; -1 = as the tenant has)
INSERT INTO preference (tenant_id, person_id, mail, language, quiet_off, quiet_from, quiet_until,
                        digest_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, person_id) DO UPDATE
SET mail = excluded.mail, language = excluded.language, quiet_off = excluded.quiet_off,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
    digest_at = excluded.digest_at
