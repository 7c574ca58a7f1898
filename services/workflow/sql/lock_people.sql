-- Two people's delegations are looked at and changed by one transaction at a time. $1 tenant.
SELECT pg_advisory_xact_lock(hashtextextended('workflow.delegation', $1::bigint))::text
