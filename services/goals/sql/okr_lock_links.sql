-- Until the commit nobody else aligns objectives of the tenant, so that no circle comes about. $1 tenant
SELECT pg_advisory_xact_lock(hashtextextended('okr links ' || $1::text, 0))
