-- While a submission is made nobody counts records of this tenant: what was counted before is in its
-- figures, what is counted after finds it and touches it. $1 tenant.
SELECT pg_advisory_xact_lock(hashtextextended('ingest.submission.' || $1::bigint::text, 0))
