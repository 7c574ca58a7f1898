-- Measures, indicators and plans: what others compute by.
CREATE SEQUENCE measure_ids;
CREATE SEQUENCE indicator_ids;
CREATE SEQUENCE plan_ids;

CREATE TABLE measure (
    tenant_id      bigint   NOT NULL,
    measure_id     bigint   NOT NULL,
    version        bigint   NOT NULL,
    code           text     NOT NULL,
    name           text     NOT NULL,
    kind           smallint NOT NULL, -- dacheng.goals.v1.MeasureKind
    field          text     NOT NULL, -- '' for counts and ratios
    numerator_id   bigint,            -- ratios only
    denominator_id bigint,
    repeat_only    boolean  NOT NULL,
    retired        boolean  NOT NULL,
    PRIMARY KEY (tenant_id, measure_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, numerator_id) REFERENCES measure (tenant_id, measure_id),
    FOREIGN KEY (tenant_id, denominator_id) REFERENCES measure (tenant_id, measure_id)
);

CREATE TABLE measure_filter (
    tenant_id  bigint   NOT NULL,
    measure_id bigint   NOT NULL,
    ordinal    smallint NOT NULL,
    dimension  text     NOT NULL,
    exclude    boolean  NOT NULL,
    "values"   text[]   NOT NULL,
    PRIMARY KEY (tenant_id, measure_id, ordinal),
    FOREIGN KEY (tenant_id, measure_id) REFERENCES measure (tenant_id, measure_id)
);

CREATE TABLE indicator (
    tenant_id       bigint   NOT NULL,
    indicator_id    bigint   NOT NULL,
    version         bigint   NOT NULL,
    code            text     NOT NULL,
    name            text     NOT NULL,
    name_en         text     NOT NULL,
    class           smallint NOT NULL, -- dacheng.goals.v1.IndicatorClass
    unit_of_measure text     NOT NULL,
    direction       smallint NOT NULL, -- dacheng.goals.v1.Direction
    decimals        smallint NOT NULL CHECK (decimals BETWEEN 0 AND 6),
    measure_id      bigint   NOT NULL,
    is_primary      boolean  NOT NULL,
    retired         boolean  NOT NULL,
    additive        boolean  NOT NULL,
    PRIMARY KEY (tenant_id, indicator_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, measure_id) REFERENCES measure (tenant_id, measure_id),
    CHECK (NOT (is_primary AND retired))
);
-- One indicator compares the units; two at once cannot be.
CREATE UNIQUE INDEX indicator_primary ON indicator (tenant_id) WHERE is_primary;

-- The row that is locked while a plan changes; what the plan says is in its versions.
CREATE TABLE plan (
    tenant_id bigint NOT NULL,
    plan_id   bigint NOT NULL,
    code      text   NOT NULL,
    version   bigint NOT NULL, -- the newest
    PRIMARY KEY (tenant_id, plan_id),
    UNIQUE (tenant_id, code)
);

-- In force on a day: of the versions with effective_from up to that day the one with the latest
-- effective_from; of several from the same day the newest version.
CREATE TABLE plan_version (
    tenant_id        bigint      NOT NULL,
    plan_id          bigint      NOT NULL,
    version          bigint      NOT NULL,
    name             text        NOT NULL,
    position         text        NOT NULL, -- '' = any
    unit_id          bigint      NOT NULL, -- 0 = any
    person_id        bigint      NOT NULL, -- 0 = any
    missing_policy   smallint    NOT NULL, -- dacheng.goals.v1.MissingPolicy
    total_decimals   smallint    NOT NULL,
    effective_from   date        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    reason           text        NOT NULL,
    changed_at       timestamptz NOT NULL,
    retired          boolean     NOT NULL,
    PRIMARY KEY (tenant_id, plan_id, version),
    FOREIGN KEY (tenant_id, plan_id) REFERENCES plan (tenant_id, plan_id)
);

CREATE TABLE plan_item (
    tenant_id       bigint        NOT NULL,
    plan_id         bigint        NOT NULL,
    version         bigint        NOT NULL,
    ordinal         smallint      NOT NULL,
    indicator_id    bigint        NOT NULL,
    weight          numeric(5, 2) NOT NULL CHECK (weight > 0),
    full_marks      numeric       NOT NULL,
    lower           numeric       NOT NULL,
    cap             numeric       NOT NULL,
    threshold       numeric,                -- NULL = none
    lower_is_better smallint      NOT NULL, -- dacheng.goals.v1.LowerIsBetter
    decimals        smallint      NOT NULL,
    PRIMARY KEY (tenant_id, plan_id, version, ordinal),
    UNIQUE (tenant_id, plan_id, version, indicator_id),
    FOREIGN KEY (tenant_id, plan_id, version)
        REFERENCES plan_version (tenant_id, plan_id, version),
    FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, indicator_id)
);

ALTER TABLE measure ENABLE ROW LEVEL SECURITY;
ALTER TABLE measure_filter ENABLE ROW LEVEL SECURITY;
ALTER TABLE indicator ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON measure USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON measure_filter USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON indicator USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON plan USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON plan_version USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON plan_item USING (tenant_id = current_setting('dacheng.tenant')::bigint);
