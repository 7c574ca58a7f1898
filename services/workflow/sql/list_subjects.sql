-- Who would have a case, up to a bound. $1 tenant, $2 unit, $3 kind of subject, $4 kinds of units,
-- $5 the day of the start, $6 today, $7 above this id, $8 how many.
SELECT s.subject_id, s.unit_id FROM subjects($1, $2, $3, $4, $5, $6, $7) s
ORDER BY s.subject_id LIMIT $8
