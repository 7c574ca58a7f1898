-- Targets whose period is cut: the segments as goals told them with the target's newest version, and
-- what was done in these days as ingest told it.
CREATE TABLE segment (
    tenant_id    bigint   NOT NULL,
    period       text     NOT NULL COLLATE "C",
    owner_kind   smallint NOT NULL,
    owner_id     bigint   NOT NULL,
    indicator_id bigint   NOT NULL,
    first_day    date     NOT NULL,
    last_day     date     NOT NULL,
    target_id    bigint   NOT NULL,
    version      bigint   NOT NULL,
    value        numeric  NOT NULL, -- as said for the whole period
    floor        numeric,
    stretch      numeric,
    PRIMARY KEY (tenant_id, period, owner_kind, owner_id, indicator_id, first_day)
);
CREATE INDEX segment_days ON segment (tenant_id, owner_kind, owner_id, first_day, last_day);

CREATE TABLE segment_actual (
    tenant_id   bigint   NOT NULL,
    owner_kind  smallint NOT NULL,
    owner_id    bigint   NOT NULL,
    first_day   date     NOT NULL,
    last_day    date     NOT NULL,
    measure_id  bigint   NOT NULL,
    numerator   numeric  NOT NULL,
    denominator numeric  NOT NULL,
    records     bigint   NOT NULL,
    version     bigint   NOT NULL,
    PRIMARY KEY (tenant_id, owner_kind, owner_id, first_day, last_day, measure_id)
) WITH (fillfactor = 70);

ALTER TABLE segment ENABLE ROW LEVEL SECURITY;
ALTER TABLE segment_actual ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON segment USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON segment_actual USING (tenant_id = current_setting('dacheng.tenant')::bigint);
