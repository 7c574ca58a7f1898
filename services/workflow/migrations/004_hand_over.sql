-- People whose open tasks are being put where they belong by now, some at a time, and how far that is.
-- It moves in the transaction of the tasks.
CREATE TABLE hand_over (
    tenant_id    bigint NOT NULL,
    person_id    bigint NOT NULL,
    after_id     bigint NOT NULL,  -- his tasks up to this id were looked at
    anew         boolean NOT NULL, -- he left, or may have lost a role: the rules are asked anew
    by_person_id bigint NOT NULL,  -- who delegated; 0: nobody
    reason       text NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
ALTER TABLE hand_over ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hand_over USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- In the order of the tasks, so that a piece reads no more than it moves.
DROP INDEX seat_owner;
CREATE INDEX seat_owner ON seat (tenant_id, owner_id, task_id) WHERE state IN (1, 2);

CREATE OR REPLACE FUNCTION tenants_moved(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT m.tenant_id FROM moved m WHERE m.look_at <= the_time
    UNION
    SELECT d.tenant_id FROM delegation d WHERE d.turn_at <= the_time
    UNION
    SELECT h.tenant_id FROM hand_over h
$$;
