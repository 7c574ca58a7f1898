-- What scoring computes from: its own copies of what goals, ingest and org told, each by version.

-- Bumped by every change of definitions or of the tree, so that a worker knows when the plans,
-- indicators and units that it holds in memory are out of date.
CREATE TABLE edition (
    tenant_id bigint NOT NULL,
    number    bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE measure (
    tenant_id  bigint   NOT NULL,
    measure_id bigint   NOT NULL,
    version    bigint   NOT NULL,
    kind       smallint NOT NULL, -- dacheng.goals.v1.MeasureKind
    body       bytea    NOT NULL, -- dacheng.goals.v1.Measure, for lineage
    PRIMARY KEY (tenant_id, measure_id)
);

CREATE TABLE indicator (
    tenant_id       bigint   NOT NULL,
    indicator_id    bigint   NOT NULL,
    version         bigint   NOT NULL,
    name            text     NOT NULL,
    name_en         text     NOT NULL,
    unit_of_measure text     NOT NULL,
    direction       smallint NOT NULL, -- dacheng.goals.v1.Direction
    decimals        smallint NOT NULL,
    measure_id      bigint   NOT NULL, -- 0 = none
    is_primary      boolean  NOT NULL,
    retired         boolean  NOT NULL,
    PRIMARY KEY (tenant_id, indicator_id)
);

-- Every version that a plan ever had. In force on a day: the one with the latest effective_from up
-- to that day; of several from the same day the newest version.
CREATE TABLE plan_version (
    tenant_id      bigint   NOT NULL,
    plan_id        bigint   NOT NULL,
    version        bigint   NOT NULL,
    effective_from date     NOT NULL,
    retired        boolean  NOT NULL,
    position       text     NOT NULL, -- '' = any
    unit_id        bigint   NOT NULL, -- 0 = any
    person_id      bigint   NOT NULL, -- 0 = any
    missing_policy smallint NOT NULL, -- dacheng.goals.v1.MissingPolicy
    total_decimals smallint NOT NULL,
    name           text     NOT NULL,
    body           bytea    NOT NULL, -- dacheng.goals.v1.Plan, for lineage
    PRIMARY KEY (tenant_id, plan_id, version)
);
CREATE TABLE plan_item (
    tenant_id       bigint   NOT NULL,
    plan_id         bigint   NOT NULL,
    version         bigint   NOT NULL,
    indicator_id    bigint   NOT NULL,
    weight          numeric  NOT NULL,
    full_marks      numeric  NOT NULL,
    lower           numeric  NOT NULL,
    cap             numeric  NOT NULL,
    threshold       numeric,           -- NULL = none
    lower_is_better smallint NOT NULL, -- dacheng.goals.v1.LowerIsBetter
    decimals        smallint NOT NULL,
    PRIMARY KEY (tenant_id, plan_id, version, indicator_id)
);

-- Who adjusted targets, and why: for lineage.
CREATE TABLE adjustment (
    tenant_id        bigint      NOT NULL,
    adjustment_id    bigint      NOT NULL,
    author_person_id bigint      NOT NULL,
    author           text        NOT NULL,
    reason           text        NOT NULL,
    effective_on     text        NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, adjustment_id)
);

-- One row per owner and period with parallel arrays, because everything of an owner is always read
-- together: a hundred thousand people are a hundred thousand rows. Arrays are ordered by id.
CREATE TABLE actual (
    tenant_id    bigint    NOT NULL,
    period       text      NOT NULL COLLATE "C",
    owner_kind   smallint  NOT NULL, -- dacheng.goals.v1.OwnerKind
    owner_id     bigint    NOT NULL,
    measure_ids  bigint[]  NOT NULL,
    numerators   numeric[] NOT NULL,
    denominators numeric[] NOT NULL, -- 1 of sums and counts; 0 = no data
    records      bigint[]  NOT NULL,
    versions     bigint[]  NOT NULL,
    PRIMARY KEY (tenant_id, period, owner_kind, owner_id)
) WITH (fillfactor = 60);
-- A removed target stays with value NULL, so that an older version cannot bring it back.
CREATE TABLE target (
    tenant_id      bigint    NOT NULL,
    period         text      NOT NULL COLLATE "C",
    owner_kind     smallint  NOT NULL,
    owner_id       bigint    NOT NULL,
    indicator_ids  bigint[]  NOT NULL,
    "values"       numeric[] NOT NULL,
    target_ids     bigint[]  NOT NULL,
    versions       bigint[]  NOT NULL,
    floors         numeric[] NOT NULL,
    stretches      numeric[] NOT NULL,
    parent_ids     bigint[]  NOT NULL,
    pinned         boolean[] NOT NULL,
    adjustment_ids bigint[]  NOT NULL,
    PRIMARY KEY (tenant_id, period, owner_kind, owner_id)
) WITH (fillfactor = 60);

-- The tree of units through time. A unit that moves gets a further row; what was scored before
-- keeps the tree of its time. The first row of a unit begins with the beginning of time.
CREATE TABLE place (
    tenant_id  bigint NOT NULL,
    unit_id    bigint NOT NULL,
    from_day   date   NOT NULL,
    valid_from date   NOT NULL, -- as org said; the same again is a correction, a later one a move
    parent_id  bigint NOT NULL, -- 0 = the root
    closed_on  date,            -- first day on which the unit is no more; NULL = open
    version    bigint NOT NULL,
    PRIMARY KEY (tenant_id, unit_id, from_day)
);

ALTER TABLE edition ENABLE ROW LEVEL SECURITY;
ALTER TABLE measure ENABLE ROW LEVEL SECURITY;
ALTER TABLE indicator ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE adjustment ENABLE ROW LEVEL SECURITY;
ALTER TABLE actual ENABLE ROW LEVEL SECURITY;
ALTER TABLE target ENABLE ROW LEVEL SECURITY;
ALTER TABLE place ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON edition USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON measure USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON indicator USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON plan_version USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON plan_item USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON adjustment USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON actual USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON target USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON place USING (tenant_id = current_setting('dacheng.tenant')::bigint);
