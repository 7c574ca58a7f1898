-- Records and how they came: sources, runs, pieces of files, the records, their history.

CREATE TABLE source (
    tenant_id bigint NOT NULL,
    source_id integer GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, source_id),
    UNIQUE (tenant_id, name)
);

-- One delivery: a file or a push. Counts are of rows; amounts of the rows whose amount was readable.
CREATE TABLE run (
    tenant_id bigint NOT NULL,
    run_id bigint GENERATED ALWAYS AS IDENTITY,
    source text NOT NULL,
    name text NOT NULL,
    is_file boolean NOT NULL,
    state smallint NOT NULL,       -- dacheng.ingest.v1.RunState
    bytes_total bigint NOT NULL,
    rows bigint NOT NULL DEFAULT 0,
    created bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    deleted bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    amount_in numeric(24, 2) NOT NULL DEFAULT 0,
    amount_accepted numeric(24, 2) NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    account text NOT NULL,
    person_id bigint NOT NULL,
    problem text NOT NULL DEFAULT '',
    encoding text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, run_id),
    CHECK (rows = created + changed + unchanged + deleted + rejected)
);
-- The same file again, and files that are under way.
CREATE INDEX run_files ON run (tenant_id, run_id) WHERE is_file;
CREATE INDEX run_open ON run (tenant_id, run_id) WHERE is_file AND state IN (1, 2);

-- What PutPiece moves, apart from what the reading of the file moves, so that neither waits.
CREATE TABLE upload (
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    bytes_received bigint NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT false, -- the sender said that it was all
    touched_at timestamptz NOT NULL,
    announced bytea NOT NULL,                -- SHA-256 as the sender gave it; empty: not given
    PRIMARY KEY (tenant_id, run_id)
);
CREATE INDEX upload_announced ON upload (tenant_id, announced) WHERE announced <> '';

-- Where the reading of a file stands: a crash goes on from here.
CREATE TABLE reading (
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    all_or_nothing boolean NOT NULL,
    pass smallint NOT NULL,           -- 1 look for faults only, 2 write, 3 all rows are written
    at_offset bigint NOT NULL DEFAULT 0,
    at_line bigint NOT NULL DEFAULT 1,
    fields integer NOT NULL DEFAULT 0,
    encoding integer NOT NULL DEFAULT 0,
    delimiter text NOT NULL DEFAULT '',
    skipping boolean NOT NULL DEFAULT false,
    columns bigint[] NOT NULL DEFAULT '{}', -- field of each known column, -1 = none
    hash_state bytea NOT NULL DEFAULT '',   -- SHA-256 over hashed bytes
    hashed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, run_id)
);

-- Bytes of a file until they are read (in all-or-nothing mode: until they are written).
CREATE TABLE piece (
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    at_offset bigint NOT NULL,
    size integer NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (tenant_id, run_id, at_offset)
);
ALTER TABLE piece ALTER COLUMN data SET STORAGE EXTERNAL; -- packing would cost more than it saves

CREATE TABLE rejected (
    tenant_id bigint NOT NULL,
    run_id bigint NOT NULL,
    line bigint NOT NULL,
    column_name text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (tenant_id, run_id, line)
);

-- Every combination of dimensions that occurred, once. Rows are never changed.
CREATE TABLE dims (
    tenant_id bigint NOT NULL,
    dims_id bigint GENERATED ALWAYS AS IDENTITY,
    hash bytea NOT NULL, -- 16 bytes over the six
    product text NOT NULL,
    product_category text NOT NULL,
    campaign text NOT NULL,
    customer_type text NOT NULL,
    channel text NOT NULL,
    region text NOT NULL,
    PRIMARY KEY (tenant_id, dims_id),
    UNIQUE (tenant_id, hash)
);

-- A unit with everything above it, as it was from a day on. A record names the path that it counts
-- to, so what was counted keeps the tree of its time, and is taken back from where it was added.
CREATE TABLE unit_path (
    tenant_id bigint NOT NULL,
    path_id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id bigint NOT NULL,
    valid_from date NOT NULL,
    units bigint[] NOT NULL, -- the unit first, the root last
    written_on date NOT NULL,
    PRIMARY KEY (tenant_id, path_id),
    UNIQUE (tenant_id, unit_id, valid_from)
);
CREATE INDEX unit_path_units ON unit_path USING gin (units);

-- The records as they stand. Not partitioned by time: the upsert must find a source key whatever
-- day the record says now (README, "Why one table").
CREATE TABLE record (
    tenant_id bigint NOT NULL,
    record_id bigint GENERATED ALWAYS AS IDENTITY,
    source_id integer NOT NULL,
    source_key text NOT NULL,
    version integer NOT NULL,
    deleted boolean NOT NULL,
    order_no text NOT NULL,      -- '' = the source key
    amount numeric(20, 2) NOT NULL,
    collected numeric(20, 2) NOT NULL,
    cost numeric(20, 2),         -- NULL: unknown
    quantity numeric(20, 6) NOT NULL,
    customer text NOT NULL,
    dims_id bigint NOT NULL,
    person_id bigint NOT NULL,
    unit_id bigint NOT NULL,     -- 0: not said, the person's main unit
    path_id bigint NOT NULL,
    occurred_on date NOT NULL,
    occurred_at timestamptz NOT NULL,
    run_id bigint NOT NULL,
    line bigint NOT NULL,
    stored_at timestamptz NOT NULL
);
ALTER TABLE record ADD PRIMARY KEY (tenant_id, record_id);
ALTER TABLE record ADD CONSTRAINT record_key UNIQUE (tenant_id, source_id, source_key);
CREATE INDEX record_place ON record (tenant_id, path_id, occurred_on);
ALTER TABLE record SET (autovacuum_vacuum_insert_scale_factor = 0.5, fillfactor = 95);

-- What a record was before: one row for each version that was replaced.
CREATE TABLE record_version (
    LIKE record,
    replaced_at timestamptz NOT NULL
) PARTITION BY RANGE (replaced_at);
ALTER TABLE record_version ADD PRIMARY KEY (tenant_id, record_id, version, replaced_at);

-- Where a person has records, so that his can be found by record_place.
CREATE TABLE person_path (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    path_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, person_id, path_id)
);

DO $migration$
DECLARE
    schema text := current_setting('dacheng.schema');
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['source', 'run', 'upload', 'reading', 'piece', 'rejected', 'dims',
                             'unit_path', 'record', 'record_version', 'person_path'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = (SELECT current_setting(''dacheng.tenant'')::bigint))', t);
    END LOOP;

    -- Months of history ahead of need. The service's role owns nothing, so this runs as the owner;
    -- nobody reaches a partition but through its parent.
    EXECUTE format($function$
        CREATE FUNCTION make_history_room() RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
        DECLARE
            made integer := 0;
            first date;
            child text;
        BEGIN
            FOR first IN SELECT (date_trunc('month', now()) + n * interval '1 month')::date
                         FROM generate_series(0, 2) n LOOP
                child := 'record_version_' || to_char(first, 'YYYY_MM');
                CONTINUE WHEN to_regclass(format('%%I.%%I', '%1$s', child)) IS NOT NULL;
                EXECUTE format('CREATE TABLE %%I PARTITION OF record_version FOR VALUES FROM (%%L) '
                               'TO (%%L)', child, first, (first + interval '1 month')::date);
                EXECUTE format('ALTER TABLE %%I ENABLE ROW LEVEL SECURITY', child);
                made := made + 1;
            END LOOP;
            RETURN made;
        END $body$
    $function$, schema);
    EXECUTE 'REVOKE ALL ON FUNCTION make_history_room() FROM PUBLIC';
    PERFORM make_history_room();
END $migration$;
CREATE TABLE record_version_other PARTITION OF record_version DEFAULT;
ALTER TABLE record_version_other ENABLE ROW LEVEL SECURITY;
