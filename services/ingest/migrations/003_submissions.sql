-- Data submission: what a unit has brought for a month, what is missing, who said why; and what the
-- check must know that is not a record: thresholds, working days, who has targets.

-- Records of more than one kind: sales, and seats of tasks that were decided (004_tasks.sql).
ALTER TABLE dims ADD COLUMN kind smallint NOT NULL DEFAULT 0; -- dacheng.goals.v1.MeasureOf
ALTER TABLE dims ADD COLUMN stage text NOT NULL DEFAULT '';
ALTER TABLE dims ADD COLUMN definition text NOT NULL DEFAULT '';

CREATE TABLE submission (
    tenant_id bigint NOT NULL,
    submission_id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id bigint NOT NULL,
    period text NOT NULL,
    state smallint NOT NULL DEFAULT 0,   -- dacheng.ingest.v1.SubmissionState; 0: being made
    records bigint NOT NULL DEFAULT 0,
    amount numeric(24, 2) NOT NULL DEFAULT 0,
    findings_open bigint NOT NULL DEFAULT 0,
    checked_at timestamptz NOT NULL,
    closed_at timestamptz,
    version integer NOT NULL DEFAULT 0,
    until_on date NOT NULL,
    PRIMARY KEY (tenant_id, submission_id),
    UNIQUE (tenant_id, unit_id, period)
);
CREATE INDEX submission_period ON submission (tenant_id, period);

-- What went on, and what came later. Only added to.
CREATE TABLE submission_version (
    tenant_id bigint NOT NULL,
    submission_id bigint NOT NULL,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    records bigint NOT NULL,
    amount numeric(24, 2) NOT NULL,
    delta numeric(24, 2) NOT NULL, -- of the first one: the amount
    cause text NOT NULL,
    PRIMARY KEY (tenant_id, submission_id, version)
);

CREATE TABLE finding (
    tenant_id bigint NOT NULL,
    finding_id bigint GENERATED ALWAYS AS IDENTITY,
    submission_id bigint NOT NULL,
    kind smallint NOT NULL,        -- dacheng.ingest.v1.FindingKind
    unit_id bigint NOT NULL,
    person_id bigint NOT NULL,     -- 0: none
    on_date date NOT NULL,         -- -infinity: the whole period
    amount numeric(24, 2) NOT NULL,
    expected numeric(24, 2) NOT NULL,
    sentence_zh text NOT NULL,
    sentence_en text NOT NULL,
    state smallint NOT NULL,       -- dacheng.ingest.v1.FindingState
    reason text NOT NULL DEFAULT '',
    deviation numeric(24, 2) NOT NULL DEFAULT 0, -- of the amount from the pattern when declared
    declared_by bigint NOT NULL DEFAULT 0,
    declared_at timestamptz,
    accepted_by bigint NOT NULL DEFAULT 0,
    accepted_at timestamptz,
    refusal text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, finding_id),
    UNIQUE (tenant_id, submission_id, kind, unit_id, person_id, on_date)
);

-- Submissions that are to be looked at again, and which run touched them (0: a threshold or a
-- calendar did).
CREATE TABLE submission_touch (
    tenant_id bigint NOT NULL,
    submission_id bigint NOT NULL,
    run_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, submission_id, run_id)
);

CREATE TABLE threshold (
    tenant_id bigint NOT NULL,
    day_factor numeric(6, 2) NOT NULL,
    period_factor numeric(6, 2) NOT NULL,
    least_amount numeric(18, 2) NOT NULL,
    every_day boolean NOT NULL,
    every_person boolean NOT NULL,
    positions text[] NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- Days that are not as their weekday says, as workflow told them.
CREATE TABLE calendar_year (
    tenant_id bigint NOT NULL,
    year integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, year)
);
CREATE TABLE calendar_day (
    tenant_id bigint NOT NULL,
    day date NOT NULL,
    working boolean NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

-- Whose data is waited for when no positions are named: people with a target.
CREATE TABLE person_target (
    tenant_id bigint NOT NULL,
    target_id bigint NOT NULL,
    person_id bigint NOT NULL,
    period text NOT NULL,
    version bigint NOT NULL,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, target_id)
);
CREATE INDEX person_target_person ON person_target (tenant_id, person_id, period);

DO $migration$
DECLARE
    schema text := current_setting('dacheng.schema');
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['submission', 'submission_version', 'finding', 'submission_touch',
                             'threshold', 'calendar_year', 'calendar_day', 'person_target'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = (SELECT current_setting(''dacheng.tenant'')::bigint))', t);
    END LOOP;
    EXECUTE format('REVOKE UPDATE, DELETE ON submission_version FROM %I',
                   current_setting('dacheng.role'));

    -- Asked over all tenants by the task; answers ids and nothing else.
    EXECUTE format($function$
        CREATE FUNCTION tenants_to_check() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            SELECT DISTINCT tenant_id FROM submission_touch
        $body$
    $function$, schema);
    EXECUTE 'REVOKE ALL ON FUNCTION tenants_to_check() FROM PUBLIC';
END $migration$;
