-- Counting, beside others who count, but not while a submission is being made. $1 tenant.
SELECT pg_advisory_xact_lock_shared(hashtextextended('ingest.submission.' || $1::bigint::text, 0))
