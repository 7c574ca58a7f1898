-- Totals over days that are no month, quarter or year: the segments of targets whose period was cut.
-- Owners that were cut at the same time share a span, which is built back over the stored records day
-- by day. What is built goes on being counted as any other total.
CREATE TABLE span (
    tenant_id bigint NOT NULL,
    span_id integer GENERATED ALWAYS AS IDENTITY,
    from_on date NOT NULL,
    to_on date NOT NULL,
    -- Records up to this day, and on it up to this id, are in it. Before from_on: not begun.
    built_on date NOT NULL,
    built_id bigint NOT NULL,
    whole boolean NOT NULL DEFAULT false,
    touched_at timestamptz NOT NULL, -- when an owner was added: more may follow at once
    PRIMARY KEY (tenant_id, span_id)
);
CREATE INDEX span_open ON span (tenant_id, span_id) WHERE NOT whole;

-- An owner is in one span of the same days only, and comes to it before it is begun.
CREATE TABLE span_owner (
    tenant_id bigint NOT NULL,
    owner_kind smallint NOT NULL,
    owner_id bigint NOT NULL,
    period text NOT NULL, -- "2026-10-01..2026-11-14", as in total and untold
    span_id integer NOT NULL,
    PRIMARY KEY (tenant_id, owner_kind, owner_id, period)
);
CREATE INDEX span_owner_span ON span_owner (tenant_id, span_id);
COMMENT ON COLUMN seen.month IS 'year * 12 + month - 1; below 0: -span_id';

DO $migration$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['span', 'span_owner'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = (SELECT current_setting(''dacheng.tenant'')::bigint))', t);
    END LOOP;
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION tenants_to_count() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            SELECT tenant_id FROM (
                (SELECT DISTINCT tenant_id FROM pending)
                UNION (SELECT DISTINCT tenant_id FROM untold)
                UNION (SELECT tenant_id FROM series WHERE built_to < 9223372036854775807)
                UNION (SELECT tenant_id FROM span WHERE NOT whole)
                UNION (SELECT tenant_id FROM measure WHERE NOT told)
                UNION (SELECT r.tenant_id FROM reading r WHERE r.pass = 3)) t
        $body$
    $function$, current_setting('dacheng.schema'));
END $migration$;
