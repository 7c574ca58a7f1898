-- What was decided to stay where it was, although its owner stands in another unit; and what a tenant
-- mostly does.
CREATE TABLE move_stay (
    tenant_id        bigint      NOT NULL,
    target_id        bigint      NOT NULL,
    unit_id          bigint      NOT NULL, -- where the owner stood
    reason           text        NOT NULL,
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, target_id, unit_id)
);
CREATE TABLE move_settings (
    tenant_id bigint   NOT NULL,
    usual     smallint NOT NULL, -- dacheng.goals.v1.MoveChoice
    PRIMARY KEY (tenant_id)
);
ALTER TABLE adjustment
    DROP CONSTRAINT adjustment_act_check,
    ADD CONSTRAINT adjustment_act_check
        CHECK (act IN ('set', 'split', 'cascade', 'adjust', 'sheet', 'divide', 'follow', 'move'));
ALTER TABLE move_stay ENABLE ROW LEVEL SECURITY;
ALTER TABLE move_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON move_stay USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON move_settings USING (tenant_id = current_setting('dacheng.tenant')::bigint);
