-- Two set-ups of the same code wait for one another. $1 code
SELECT pg_advisory_xact_lock(hashtextextended('org.tenant/' || $1, 0))
