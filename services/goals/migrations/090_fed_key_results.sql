-- Key results whose value flows in from totals of records.
CREATE TABLE key_result_feed (
    tenant_id     bigint   NOT NULL,
    objective_id  bigint   NOT NULL,
    key_result_id bigint   NOT NULL,
    measure_id    bigint   NOT NULL,
    owner_kind    smallint NOT NULL, -- of the objective, with owner and period
    owner_id      bigint   NOT NULL,
    period        text     NOT NULL COLLATE "C",
    PRIMARY KEY (tenant_id, objective_id, key_result_id),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id)
);
CREATE INDEX key_result_feed_total
    ON key_result_feed (tenant_id, owner_id, measure_id, owner_kind, period);

-- How a fed value went: one row a day, so that a stream of records does not make a history of its own.
CREATE TABLE fed_value (
    tenant_id     bigint         NOT NULL,
    objective_id  bigint         NOT NULL,
    key_result_id bigint         NOT NULL,
    day           date           NOT NULL,
    value         numeric(36, 6),         -- NULL = no data
    score         numeric(7, 6)  NOT NULL,
    at            timestamptz    NOT NULL,
    PRIMARY KEY (tenant_id, objective_id, key_result_id, day),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id)
) WITH (fillfactor = 70);

-- A check-in on a fed key result keeps the value of that moment, which may be none, or larger than what
-- is typed.
ALTER TABLE check_in ALTER COLUMN value TYPE numeric(36, 6), ALTER COLUMN value DROP NOT NULL;

ALTER TABLE key_result_feed ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON key_result_feed USING (tenant_id = current_setting('dacheng.tenant')::bigint);
ALTER TABLE fed_value ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON fed_value USING (tenant_id = current_setting('dacheng.tenant')::bigint);
