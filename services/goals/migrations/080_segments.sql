-- The parts of a period in which a target has figures of its own (policy SEGMENT). Only of targets that
-- are cut; the last one has the figures of the target itself. What they were before is in the versions'
-- adjustments: policy, day and figures.
CREATE TABLE target_segment (
    tenant_id bigint         NOT NULL,
    target_id bigint         NOT NULL,
    from_on   date           NOT NULL,
    to_on     date           NOT NULL,
    value     numeric(24, 6) NOT NULL CHECK (value >= 0),
    floor     numeric(24, 6),
    stretch   numeric(24, 6),
    PRIMARY KEY (tenant_id, target_id, from_on),
    CHECK (from_on <= to_on)
);
ALTER TABLE target_segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON target_segment USING (tenant_id = current_setting('dacheng.tenant')::bigint);
