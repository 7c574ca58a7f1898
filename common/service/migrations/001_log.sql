-- The event log of a publishing schema: outbox, stamps, head, epochs.
--
-- An event is inserted into the outbox by the transaction that it tells of, while the row locks of
-- its key are held; `id` therefore grows in the order of each key. The one stamper numbers what has
-- become visible since its cursor, in id order. Rows are never updated. Old partitions are dropped.

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    partition smallint NOT NULL,
    tenant_id bigint NOT NULL,
    key text NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    traceparent text NOT NULL,
    actor_person_id bigint NOT NULL,
    actor_account text NOT NULL,
    cause text NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX outbox_xid ON outbox (xid);

-- Dense numbers over the stream (overall) and within each of the 16 partitions (number).
CREATE TABLE stamp (
    overall bigint NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    outbox_id bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (overall)
) PARTITION BY RANGE (overall);
CREATE INDEX stamp_number ON stamp (partition, number);
CREATE INDEX stamp_at ON stamp USING brin (at);

-- Where the stamper stands: the newest row counts. One row a batch, so that a pinned snapshot costs
-- nothing, and two stampers at once collide on the key instead of numbering twice. While `target`
-- is set a large batch is being numbered in pieces: what is visible in it and lies past after_id.
-- Rows up to floor_id belong to an older life of this database; their xids mean nothing here.
CREATE TABLE log_head (
    batch bigint PRIMARY KEY,
    epoch bigint NOT NULL,
    cursor pg_snapshot NOT NULL,
    target pg_snapshot,
    after_id bigint NOT NULL,
    floor_id bigint NOT NULL,
    overall bigint NOT NULL,
    numbers bigint[] NOT NULL CHECK (cardinality(numbers) = 16)
);

-- Each life of the database: an epoch begins when it was restored or taken over elsewhere. A
-- consumer past the numbers at which an epoch began has seen what no longer exists.
CREATE TABLE log_epoch (
    epoch bigint PRIMARY KEY,
    system_identifier bigint NOT NULL,
    timeline bigint NOT NULL,
    overall bigint NOT NULL,
    numbers bigint[] NOT NULL CHECK (cardinality(numbers) = 16),
    began_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO log_epoch (epoch, system_identifier, timeline, overall, numbers)
SELECT 1, (SELECT system_identifier FROM pg_control_system()),
       (SELECT timeline_id FROM pg_control_checkpoint()), 0, array_fill(0::bigint, ARRAY[16]);
INSERT INTO log_head (batch, epoch, cursor, after_id, floor_id, overall, numbers)
VALUES (1, 1, pg_current_snapshot(), 0, 0, 0, array_fill(0::bigint, ARRAY[16]));

DO $migration$
DECLARE
    schema text := current_setting('dacheng.schema');
    role text := current_setting('dacheng.role');
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON outbox, stamp FROM %I', role);

    -- Makes partitions ahead of both sequences. The service's role owns nothing, so this runs as
    -- the owner. ATTACH does not block writers as PARTITION OF would.
    EXECUTE format($function$
        CREATE FUNCTION log_make_room() RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
        DECLARE
            size constant bigint := 1000000;
            made integer := 0;
            parent text; needed bigint; first bigint; child text;
        BEGIN
            FOR parent, needed IN
                SELECT 'outbox', (SELECT last_value FROM outbox_id_seq)
                UNION ALL
                SELECT 'stamp', (SELECT h.overall FROM log_head h ORDER BY h.batch DESC LIMIT 1)
            LOOP
                FOR first IN SELECT (needed / size + n) * size FROM generate_series(0, 2) n LOOP
                    child := parent || '_' || lpad((first / size)::text, 8, '0');
                    CONTINUE WHEN to_regclass(format('%%I.%%I', '%1$s', child)) IS NOT NULL;
                    EXECUTE format('CREATE TABLE %%I (LIKE %%I INCLUDING DEFAULTS INCLUDING STORAGE)',
                                   child, parent);
                    EXECUTE format('REVOKE ALL ON %%I FROM %%I', child, %2$L);
                    EXECUTE format('ALTER TABLE %%I ATTACH PARTITION %%I FOR VALUES FROM (%%s) TO (%%s)',
                                   parent, child, first, first + size);
                    made := made + 1;
                END LOOP;
            END LOOP;
            RETURN made;
        END $body$
    $function$, schema, role);

    -- Drops what is older than `kept`: first stamps, then the outbox below the oldest stamp left.
    -- Never waits long for a lock: writers go on, and the next call tries again.
    EXECUTE format($function$
        CREATE FUNCTION log_drop_old(kept interval) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp
        SET lock_timeout = '200ms' AS $body$
        DECLARE
            size constant bigint := 1000000;
            dropped integer := 0;
            child text; last_at timestamptz; lowest bigint;
        BEGIN
            FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                         WHERE i.inhparent = 'stamp'::regclass ORDER BY c.relname LOOP
                EXECUTE format('SELECT max(at) FROM %%I', child) INTO last_at;
                EXIT WHEN last_at IS NULL OR last_at >= now() - kept;
                EXIT WHEN (SELECT h.overall FROM log_head h ORDER BY h.batch DESC LIMIT 1)
                    < (substr(child, length('stamp_') + 1)::bigint + 1) * size;
                EXECUTE format('DROP TABLE %%I', child);
                dropped := dropped + 1;
            END LOOP;
            SELECT min(outbox_id) INTO lowest FROM stamp;
            FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                         WHERE i.inhparent = 'outbox'::regclass ORDER BY c.relname LOOP
                EXIT WHEN lowest IS NULL
                    OR lowest < (substr(child, length('outbox_') + 1)::bigint + 1) * size;
                EXECUTE format('SELECT max(at) FROM %%I', child) INTO last_at;
                EXIT WHEN last_at IS NULL OR last_at >= now() - kept;
                EXECUTE format('DROP TABLE %%I', child);
                dropped := dropped + 1;
            END LOOP;
            DELETE FROM log_head WHERE batch < (SELECT max(batch) - 1000 FROM log_head);
            RETURN dropped;
        END $body$
    $function$, schema);
END $migration$;

SELECT log_make_room();
