-- Fresh statistics for tables that grew much since the last; answers how many. (A function of the
-- owner.)
SELECT analyze_what_grew()
