-- What owners did, as ingest told it: what targets are split and seasons are derived by. One row per
-- owner and period; the arrays are parallel, one element a measure.
CREATE TABLE actual (
    tenant_id    bigint    NOT NULL,
    owner_id     bigint    NOT NULL,
    owner_kind   smallint  NOT NULL, -- dacheng.goals.v1.OwnerKind
    period       text      NOT NULL,
    measure_ids  bigint[]  NOT NULL,
    numerators   numeric[] NOT NULL,
    denominators numeric[] NOT NULL, -- 1 for sums and counts; 0 = no data
    versions     bigint[]  NOT NULL, -- an older one never wins
    PRIMARY KEY (tenant_id, owner_kind, owner_id, period)
) WITH (fillfactor = 80);

ALTER TABLE actual ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON actual USING (tenant_id = current_setting('dacheng.tenant')::bigint);
