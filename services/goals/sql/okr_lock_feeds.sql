-- Until the commit: of saving ($2 false) nobody stores totals, so that a new feed misses none; storing
-- totals goes on side by side. $1 tenant, $2 storing totals
SELECT CASE WHEN $2::boolean
            THEN pg_advisory_xact_lock_shared(hashtextextended('okr feeds ' || $1::text, 0))
            ELSE pg_advisory_xact_lock(hashtextextended('okr feeds ' || $1::text, 0)) END
