-- Measures, the series that they stand on, what is still to be counted, and the totals.

-- As goals defined them. `body` is the packed dacheng.goals.v1.Measure.
CREATE TABLE measure (
    tenant_id bigint NOT NULL,
    measure_id bigint NOT NULL,
    version bigint NOT NULL,
    body bytea NOT NULL,
    told boolean NOT NULL DEFAULT false, -- all totals of this version have been told
    PRIMARY KEY (tenant_id, measure_id)
);

-- What is counted: the records that pass a set of filters, and, when `field` is not '', the values
-- of a field among them. Measures with the same filters share a series. A new series is built over
-- the stored records in the order of their ids; until then records above `built_to` are not in it.
CREATE TABLE series (
    tenant_id bigint NOT NULL,
    series_id integer GENERATED ALWAYS AS IDENTITY,
    definition bytea NOT NULL, -- packed Measure with field and filters in canonical order
    orders boolean NOT NULL,   -- DISTINCT: remembers the orders of a value too (repeat_only)
    built_to bigint NOT NULL,  -- 9223372036854775807: whole
    PRIMARY KEY (tenant_id, series_id),
    UNIQUE (tenant_id, definition, orders)
);

-- Versions of records that are stored and not yet counted: record ids[i] came to versions[i].
CREATE TABLE pending (
    tenant_id bigint NOT NULL,
    pending_id bigint GENERATED ALWAYS AS IDENTITY,
    run_id bigint NOT NULL,
    ids bigint[] NOT NULL,
    versions bigint[] NOT NULL,
    PRIMARY KEY (tenant_id, pending_id)
);
ALTER TABLE pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- How often a value occurs at a person, a path and a month. value and detail are 16-byte hashes;
-- detail is the order's where the series remembers orders, '' otherwise.
CREATE TABLE seen (
    tenant_id bigint NOT NULL,
    series_id integer NOT NULL,
    value bytea NOT NULL,
    month integer NOT NULL, -- year * 12 + month - 1
    person_id bigint NOT NULL,
    path_id bigint NOT NULL,
    detail bytea NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, series_id, value, month, person_id, path_id, detail)
);

CREATE TABLE total (
    tenant_id bigint NOT NULL,
    owner_kind smallint NOT NULL,
    owner_id bigint NOT NULL,
    period text NOT NULL,
    series_id integer NOT NULL,
    records bigint NOT NULL,
    amount numeric(28, 6) NOT NULL,
    collected numeric(28, 6) NOT NULL,
    cost numeric(28, 6) NOT NULL,
    quantity numeric(28, 6) NOT NULL,
    distinct_values bigint NOT NULL, -- different values
    repeat_values bigint NOT NULL,   -- of them in two orders or more
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, owner_kind, owner_id, period, series_id)
);
ALTER TABLE total SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Owners and periods whose totals changed and are still to be told.
CREATE TABLE untold (
    tenant_id bigint NOT NULL,
    owner_kind smallint NOT NULL,
    owner_id bigint NOT NULL,
    period text NOT NULL,
    PRIMARY KEY (tenant_id, owner_kind, owner_id, period)
);

CREATE SEQUENCE count_version;

DO $migration$
DECLARE
    schema text := current_setting('dacheng.schema');
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['measure', 'series', 'pending', 'seen', 'total', 'untold'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = (SELECT current_setting(''dacheng.tenant'')::bigint))', t);
    END LOOP;

    -- The one question that is asked over all tenants, by the tasks: whose work is waiting? It
    -- answers ids and nothing else.
    EXECUTE format($function$
        CREATE FUNCTION tenants_to_count() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            SELECT tenant_id FROM (
                (SELECT DISTINCT tenant_id FROM pending)
                UNION (SELECT DISTINCT tenant_id FROM untold)
                UNION (SELECT tenant_id FROM series WHERE built_to < 9223372036854775807)
                UNION (SELECT tenant_id FROM measure WHERE NOT told)
                UNION (SELECT r.tenant_id FROM reading r WHERE r.pass = 3)) t
        $body$
    $function$, schema);
    EXECUTE format($function$
        CREATE FUNCTION files_to_read() RETURNS TABLE (tenant_id bigint, run_id bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            SELECT r.tenant_id, r.run_id
            FROM reading r JOIN upload u ON u.tenant_id = r.tenant_id AND u.run_id = r.run_id
            WHERE r.pass < 3 AND (u.finished OR u.bytes_received > r.at_offset)
            ORDER BY u.finished DESC, r.run_id
        $body$
    $function$, schema);
    -- A large file can make a small table large long before autovacuum looks; until then plans are
    -- made as if it were small. Only the owner may ANALYZE.
    EXECUTE format($function$
        CREATE FUNCTION analyze_what_grew() RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
        DECLARE
            done integer := 0;
            t text;
        BEGIN
            FOR t IN SELECT relname FROM pg_class
                     WHERE oid IN ('record'::regclass, 'seen'::regclass, 'total'::regclass,
                                   'dims'::regclass, 'person_path'::regclass, 'untold'::regclass)
                       AND pg_relation_size(oid) > 4 * relpages::bigint * 8192 + 1000000 LOOP
                EXECUTE format('ANALYZE %%I', t);
                done := done + 1;
            END LOOP;
            RETURN done;
        END $body$
    $function$, schema);
    EXECUTE 'REVOKE ALL ON FUNCTION tenants_to_count(), files_to_read(), analyze_what_grew() '
            'FROM PUBLIC';
END $migration$;
