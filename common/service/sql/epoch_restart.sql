-- Begins an epoch in a database whose transaction numbers know nothing of the old ones (restored
-- from a dump): numbers what has no stamp yet, and sets the floor below which xids are not looked
-- at. $1 the batch that the head must be at.
WITH head AS MATERIALIZED (
    SELECT * FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) newest WHERE batch = $1
), numbered AS MATERIALIZED (
    SELECT o.id, o.partition, o.at,
           head.overall + row_number() OVER (ORDER BY o.id) AS overall,
           head.numbers[o.partition + 1]
               + row_number() OVER (PARTITION BY o.partition ORDER BY o.id) AS number
    FROM (SELECT id FROM outbox EXCEPT SELECT outbox_id FROM stamp) missing
    JOIN outbox o ON o.id = missing.id, head
    -- A partition of stamps that was dropped leaves its outbox rows for a while: they are no rest.
    WHERE o.id >= (SELECT min(outbox_id) FROM stamp)
       OR (SELECT coalesce(min(s.overall), 1) FROM stamp s) = 1
), stamped AS (
    INSERT INTO stamp (overall, partition, number, outbox_id, at)
    SELECT overall, partition, number, id, at FROM numbered
), began AS (
    INSERT INTO log_epoch (epoch, system_identifier, timeline, overall, numbers)
    SELECT epoch + 1, (SELECT system_identifier FROM pg_control_system()),
           (SELECT timeline_id FROM pg_control_checkpoint()), overall, numbers FROM head)
INSERT INTO log_head (batch, epoch, cursor, target, after_id, floor_id, overall, numbers)
SELECT h.batch + 1, h.epoch + 1, pg_current_snapshot(), NULL, 0,
       coalesce((SELECT max(id) FROM outbox), h.floor_id),
       h.overall + (SELECT count(*) FROM numbered),
       ARRAY(SELECT greatest(h.numbers[p + 1],
                             (SELECT max(n.number) FROM numbered n WHERE n.partition = p))
             FROM generate_series(0, 15) p ORDER BY p)
FROM head h
