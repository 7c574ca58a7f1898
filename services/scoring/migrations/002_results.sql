-- What scoring computes, and what is still to be computed.

-- The periods that have targets or actuals. Whoever computes a period holds its row locked: one
-- pass at a time per tenant and period.
CREATE TABLE period (
    tenant_id bigint NOT NULL,
    period    text   NOT NULL COLLATE "C",
    first_day date   NOT NULL,
    last_day  date   NOT NULL, -- inclusive
    begun     boolean NOT NULL DEFAULT false, -- computed once as a whole; then by what changed
    PRIMARY KEY (tenant_id, period)
);

-- What changed and is not computed yet. Appended in the transaction of the change, deleted in the
-- transaction of the scores: a pass that dies leaves its rows, and is done again. Never updated,
-- so a change that commits while a pass runs has a row of its own that the pass does not see.
CREATE TABLE dirty (
    tenant_id  bigint  NOT NULL,
    period     text    NOT NULL COLLATE "C", -- '' = every period that ends on from_day or later
    dirty_id   bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    wide       boolean NOT NULL, -- touches very many: for the bulk task
    from_day   date,             -- with period '': NULL = all periods
    everybody  boolean NOT NULL DEFAULT false,
    people     bigint[],
    units      bigint[],         -- their own actuals or targets changed
    tree_units bigint[],         -- everybody in and below these
    PRIMARY KEY (tenant_id, period, dirty_id)
);
ALTER TABLE dirty SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

-- Up to which day the passing of days has been worked off (posts that begin or end).
CREATE TABLE calendar (
    tenant_id bigint NOT NULL,
    done_to   date   NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- A combination of items from plan versions by which people are scored; few, shared by many.
-- `content` names it: "places of the total,plan@version:indicator,...".
CREATE TABLE scheme (
    tenant_id      bigint    NOT NULL,
    scheme_id      bigint    NOT NULL GENERATED ALWAYS AS IDENTITY,
    content        text      NOT NULL,
    indicator_ids  bigint[]  NOT NULL,
    weights        numeric[] NOT NULL,
    plan_ids       bigint[]  NOT NULL,
    plan_versions  bigint[]  NOT NULL,
    total_decimals smallint  NOT NULL,
    PRIMARY KEY (tenant_id, scheme_id),
    UNIQUE (tenant_id, content)
);

-- No changing column is indexed and half of each page is free: rewriting everybody's score is
-- heap-only updates.
CREATE TABLE score (
    tenant_id   bigint      NOT NULL,
    period      text        NOT NULL COLLATE "C",
    person_id   bigint      NOT NULL,
    unit_id     bigint      NOT NULL, -- main unit on the period's day; 0 = none
    scheme_id   bigint      NOT NULL, -- 0 = no plan
    scores      numeric[]   NOT NULL, -- by the scheme's indicators; NULL = not scored
    remarks     text        NOT NULL, -- one letter an item, see rule.h
    total       numeric,              -- NULL = nothing to score
    attainment  numeric,              -- of the primary indicator, percent
    actual      numeric,
    target      numeric,
    rank        integer     NOT NULL, -- within the unit; 0 = not ranked
    open_items  smallint    NOT NULL, -- below 100 %
    inputs      bigint      NOT NULL, -- fingerprint of all actuals and targets that went in
    version     bigint      NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, period, person_id)
) WITH (fillfactor = 45);
CREATE INDEX score_by_unit ON score (tenant_id, period, unit_id);

CREATE TABLE unit_score (
    tenant_id   bigint      NOT NULL,
    period      text        NOT NULL COLLATE "C",
    unit_id     bigint      NOT NULL,
    parent_id   bigint      NOT NULL, -- on the period's day; 0 = a root
    actual      numeric,              -- of the primary indicator
    target      numeric,
    attainment  numeric,
    rank        integer     NOT NULL, -- by attainment among the parent's children; 0 = none
    people      integer     NOT NULL, -- in the whole tree, with a total
    total_sum   numeric     NOT NULL, -- of their totals
    open_items  integer     NOT NULL,
    top_people  bigint[]    NOT NULL, -- the best 50 of the whole tree, best first
    top_totals  numeric[]   NOT NULL,
    inputs      bigint      NOT NULL,
    version     bigint      NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, period, unit_id)
) WITH (fillfactor = 45);
CREATE INDEX unit_score_by_parent ON unit_score (tenant_id, period, parent_id);

ALTER TABLE period ENABLE ROW LEVEL SECURITY;
ALTER TABLE dirty ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheme ENABLE ROW LEVEL SECURITY;
ALTER TABLE score ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_score ENABLE ROW LEVEL SECURITY;
-- The tasks look for work over all tenants, as tenant 0; what a request touches has its tenant.
CREATE POLICY tenant ON period
    USING (current_setting('dacheng.tenant')::bigint IN (0, tenant_id));
CREATE POLICY tenant ON dirty
    USING (current_setting('dacheng.tenant')::bigint IN (0, tenant_id));
CREATE POLICY tenant ON calendar
    USING (current_setting('dacheng.tenant')::bigint IN (0, tenant_id));
CREATE POLICY tenant ON scheme USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON score USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON unit_score USING (tenant_id = current_setting('dacheng.tenant')::bigint);
