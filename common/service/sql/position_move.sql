-- Moves a position by compare-and-set; fails as a serialization failure when it is elsewhere.
-- $1 stream, $2 partition, $3 old epoch, $4 old number, $5 new epoch, $6 new number, $7 time of the
-- last event.
WITH moved AS (
    UPDATE consumer_position
    SET epoch = $5::bigint, number = $6::bigint, event_at = coalesce($7::timestamptz, event_at)
    WHERE stream = $1::text AND partition = $2::smallint
      AND epoch = $3::bigint AND number = $4::bigint
    RETURNING 1)
SELECT CASE WHEN (SELECT count(*) FROM moved) = 1 THEN ''
            ELSE raise_aborted('the position was moved by another') END
