-- Decided tasks as records of their own kind (dims.kind = 1): what they are counted by stands in
-- `record` like a sale's numbers; here is what is shown of them.
CREATE TABLE task_seat (
    tenant_id bigint NOT NULL,
    task_id bigint NOT NULL,
    seat bigint NOT NULL,
    body bytea NOT NULL, -- packed dacheng.ingest.v1.TaskRecord
    PRIMARY KEY (tenant_id, task_id, seat)
);
ALTER TABLE task_seat ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON task_seat USING
    (tenant_id = (SELECT current_setting('dacheng.tenant')::bigint));
