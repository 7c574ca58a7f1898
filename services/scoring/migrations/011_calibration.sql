-- Calibration sessions: a fixed snapshot of totals, and every move of a grade.
CREATE TABLE calibration (
    tenant_id        bigint      NOT NULL,
    calibration_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    period           text        NOT NULL COLLATE "C",
    unit_id          bigint      NOT NULL, -- the tree
    state            smallint    NOT NULL, -- dacheng.scoring.v1.CalibrationState
    people           integer     NOT NULL,
    moves            integer     NOT NULL DEFAULT 0,
    reason           text        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    opened_at        timestamptz NOT NULL,
    closed_by        text        NOT NULL DEFAULT '',
    closed_at        timestamptz,
    closing_reason   text        NOT NULL DEFAULT '',
    version          bigint      NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, calibration_id)
);
CREATE INDEX calibration_by_period ON calibration (tenant_id, period, state);

-- Who is compared with whom: of one grade table. Without a distribution shares and seats are empty.
CREATE TABLE calibration_pool (
    tenant_id      bigint    NOT NULL,
    calibration_id bigint    NOT NULL,
    pool           integer   NOT NULL, -- from 1
    name           text      NOT NULL,
    plan_id        bigint    NOT NULL, -- whose table and distribution
    plan_version   bigint    NOT NULL,
    people         integer   NOT NULL,
    grades         text[]    NOT NULL,
    coefficients   numeric[] NOT NULL,
    shares         numeric[] NOT NULL,
    seats          bigint[]  NOT NULL,
    PRIMARY KEY (tenant_id, calibration_id, pool)
);

-- Grades are rows of the pool's table, from 1.
CREATE TABLE calibration_person (
    tenant_id      bigint   NOT NULL,
    calibration_id bigint   NOT NULL,
    person_id      bigint   NOT NULL,
    unit_id        bigint   NOT NULL,
    pool           integer  NOT NULL,
    total          numeric  NOT NULL, -- when the session was opened
    places         smallint NOT NULL,
    table_grade    smallint NOT NULL,
    suggested      smallint NOT NULL,
    grade          smallint NOT NULL, -- now
    held           smallint NOT NULL, -- a veto allows no better one; 0 = any
    tied           boolean  NOT NULL,
    moves          integer  NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, calibration_id, person_id)
);
CREATE INDEX calibration_person_by_pool ON calibration_person (tenant_id, calibration_id, pool);

CREATE TABLE calibration_move (
    tenant_id        bigint      NOT NULL,
    calibration_id   bigint      NOT NULL,
    move_id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    person_id        bigint      NOT NULL,
    before           text        NOT NULL,
    after            text        NOT NULL,
    reason           text        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    at               timestamptz NOT NULL,
    undoes           bigint      NOT NULL, -- 0 = none
    PRIMARY KEY (tenant_id, calibration_id, move_id)
);
CREATE INDEX calibration_move_by_person ON calibration_move (tenant_id, calibration_id, person_id);

-- A move is written once and stays, whoever asks.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON calibration_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE calibration ENABLE ROW LEVEL SECURITY;
ALTER TABLE calibration_pool ENABLE ROW LEVEL SECURITY;
ALTER TABLE calibration_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE calibration_move ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON calibration USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON calibration_pool USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON calibration_person USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON calibration_move USING (tenant_id = current_setting('dacheng.tenant')::bigint);
