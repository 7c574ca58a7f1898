-- When to look at an objective again, and which due day its owner and his manager were last reminded of.
CREATE TABLE check_in_timer (
    tenant_id    bigint      NOT NULL,
    objective_id bigint      NOT NULL,
    due_at       timestamptz NOT NULL,
    reminded_on  date,                 -- NULL = never
    manager_on   date,                 -- likewise
    PRIMARY KEY (tenant_id, objective_id),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id)
) WITH (fillfactor = 70);
CREATE INDEX check_in_timer_due ON check_in_timer (due_at);

ALTER TABLE okr_settings ADD COLUMN manager_after_days smallint NOT NULL DEFAULT 0;

INSERT INTO check_in_timer (tenant_id, objective_id, due_at)
SELECT tenant_id, objective_id, now() FROM objective WHERE state = 2;

ALTER TABLE check_in_timer ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON check_in_timer USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- The task looks after every tenant; it sees no row of any.
CREATE FUNCTION check_in_tenants(until timestamptz) RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$ SELECT DISTINCT tenant_id FROM check_in_timer WHERE due_at <= until $$;
