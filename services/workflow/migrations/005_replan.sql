-- Cycles that went over to another version of their definition, whose open tasks are being given the
-- deadlines and timers of its rules, some at a time, and how far that is. It moves in the transaction
-- of the tasks.
CREATE TABLE replan (
    tenant_id    bigint NOT NULL,
    cycle_id     bigint NOT NULL,
    from_version integer NOT NULL,
    after_id     bigint NOT NULL, -- tasks up to this id have theirs
    PRIMARY KEY (tenant_id, cycle_id)
);
ALTER TABLE replan ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON replan USING (tenant_id = current_setting('dacheng.tenant')::bigint);

CREATE OR REPLACE FUNCTION tenants_turning() RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT c.tenant_id FROM cycle c WHERE c.state = 1
    UNION
    SELECT t.tenant_id FROM turn t
    UNION
    SELECT r.tenant_id FROM replan r
$$;
