-- Begins an epoch where transaction numbers went on (taken over or restored with its log): the
-- cursor stays true. $1 the batch that the head must be at.
WITH head AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) newest WHERE batch = $1
), began AS (
    INSERT INTO log_epoch (epoch, system_identifier, timeline, overall, numbers)
    SELECT epoch + 1, (SELECT system_identifier FROM pg_control_system()),
           (SELECT timeline_id FROM pg_control_checkpoint()), overall, numbers FROM head)
INSERT INTO log_head (batch, epoch, cursor, target, after_id, floor_id, overall, numbers)
SELECT batch + 1, epoch + 1, cursor, target, after_id, floor_id, overall, numbers FROM head
