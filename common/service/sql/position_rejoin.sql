-- Sets positions that are ahead back. $1 stream, $2 the log's epoch, $3 the last number in common of each
-- partition. Answers partitions of the stream, how many were ahead, and by how many events.
WITH common AS (
    SELECT ordinality - 1 AS partition, number FROM unnest($3::bigint[]) WITH ORDINALITY u (number, ordinality)
), held AS MATERIALIZED (
    SELECT p.partition, p.number, c.number AS common
    FROM consumer_position p JOIN common c ON c.partition = p.partition
    WHERE p.stream = $1::text
    FOR UPDATE OF p
), moved AS (
    UPDATE consumer_position p SET epoch = $2::bigint, number = h.common
    FROM held h
    WHERE p.stream = $1::text AND p.partition = h.partition AND h.number > h.common
    RETURNING h.number - h.common AS events)
SELECT (SELECT count(*) FROM held), count(*), coalesce(sum(events), 0)::bigint FROM moved
