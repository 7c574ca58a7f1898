-- What goals told with values that are made of no records: objectives with their key results, entered
-- values. For lineage.
CREATE TABLE told (
    tenant_id  bigint   NOT NULL,
    period     text     NOT NULL COLLATE "C",
    owner_kind smallint NOT NULL, -- dacheng.goals.v1.OwnerKind
    owner_id   bigint   NOT NULL,
    measure_id bigint   NOT NULL,
    version    bigint   NOT NULL,
    body       bytea    NOT NULL, -- dacheng.goals.v1.ActualTold
    PRIMARY KEY (tenant_id, period, owner_kind, owner_id, measure_id)
);
ALTER TABLE told ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON told USING (tenant_id = current_setting('dacheng.tenant')::bigint);
