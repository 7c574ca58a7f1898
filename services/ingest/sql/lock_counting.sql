-- One replica counts for a tenant at a time; free at the end of the transaction. $1 tenant.
SELECT pg_advisory_xact_lock(hashtextextended('ingest.count.' || $1::bigint::text, 0))
