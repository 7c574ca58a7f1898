-- Targets, their cascade, and every version they ever had.
CREATE SEQUENCE target_ids;
CREATE SEQUENCE adjustment_ids;

-- All targets of an indicator and a period. Whoever changes one of them locks this row first, so
-- two people who adjust the same tree come one after the other, also while its root is being made.
CREATE TABLE sheet (
    tenant_id    bigint NOT NULL,
    indicator_id bigint NOT NULL,
    period       text   NOT NULL,
    adjustments  bigint NOT NULL,
    PRIMARY KEY (tenant_id, indicator_id, period),
    FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, indicator_id)
);

-- The present state. A cascade rewrites many rows at once and touches no indexed column, so half
-- of each page is kept free for it (heap-only updates).
CREATE TABLE target (
    tenant_id               bigint         NOT NULL,
    target_id               bigint         NOT NULL,
    owner_id                bigint         NOT NULL,
    indicator_id            bigint         NOT NULL,
    parent_id               bigint, -- NULL = a root
    version                 bigint         NOT NULL,
    owner_kind              smallint       NOT NULL, -- dacheng.goals.v1.OwnerKind
    pinned                  boolean        NOT NULL,
    over_assignment_allowed boolean        NOT NULL, -- said on purpose for the sum of its children
    value                   numeric(24, 6) NOT NULL CHECK (value >= 0),
    floor                   numeric(24, 6),
    stretch                 numeric(24, 6),
    period                  text           NOT NULL,
    PRIMARY KEY (tenant_id, target_id),
    UNIQUE (tenant_id, owner_kind, owner_id, period, indicator_id)
) WITH (fillfactor = 50);
CREATE INDEX target_children ON target (tenant_id, parent_id);

-- One act of a person: who, why, from when; it may have changed many targets.
CREATE TABLE adjustment (
    tenant_id        bigint      NOT NULL,
    adjustment_id    bigint      NOT NULL,
    act              text        NOT NULL CHECK (act IN ('set', 'split', 'cascade', 'adjust')),
    indicator_id     bigint      NOT NULL,
    period           text        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    reason           text        NOT NULL,
    effective_on     date        NOT NULL,
    policy           smallint    NOT NULL, -- dacheng.goals.v1.AdjustPolicy
    at               timestamptz NOT NULL,
    changed          bigint      NOT NULL, -- targets
    PRIMARY KEY (tenant_id, adjustment_id)
);

-- Append-only. Written in bulk, so without foreign keys; the tests prove that both ends exist.
CREATE TABLE target_version (
    tenant_id     bigint  NOT NULL,
    target_id     bigint  NOT NULL,
    version       bigint  NOT NULL,
    adjustment_id bigint  NOT NULL,
    parent_id     bigint,
    pinned        boolean NOT NULL,
    value         numeric(24, 6) NOT NULL,
    floor         numeric(24, 6),
    stretch       numeric(24, 6),
    PRIMARY KEY (tenant_id, target_id, version)
);

ALTER TABLE sheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE target ENABLE ROW LEVEL SECURITY;
ALTER TABLE adjustment ENABLE ROW LEVEL SECURITY;
ALTER TABLE target_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sheet USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON target USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON adjustment USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON target_version USING (tenant_id = current_setting('dacheng.tenant')::bigint);
