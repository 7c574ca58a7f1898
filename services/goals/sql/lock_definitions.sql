-- Changes of a tenant's measures, indicators and plans come one after the other: what is checked
-- against the others stays true until the commit.
-- $1 tenant
SELECT pg_advisory_xact_lock(hashtext('goals.definitions'), hashtext($1::bigint::text))
