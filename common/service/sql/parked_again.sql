-- A redriven event failed again: it and those behind it stay. $1 stream, $2 partition, $3 key,
-- $4 number of the one that failed, $5 reason.
UPDATE parked
SET redrive = false,
    attempts = attempts + CASE WHEN number = $4 THEN 1 ELSE 0 END,
    reason = CASE WHEN number = $4 THEN $5 ELSE reason END
WHERE stream = $1 AND partition = $2::smallint AND key = $3
