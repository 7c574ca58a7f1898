-- How many cases a track will have. $1 tenant, $2 unit, $3 kind of subject, $4 kinds of units, $5 the
-- day of the start, $6 today.
SELECT count(*) FROM subjects($1, $2, $3, $4, $5, $6, 0)
