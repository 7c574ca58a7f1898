-- What was opened by a transaction that began before a delegation or a succession was committed cannot
-- be seen by the hand-over that follows. So what somebody has is looked at a second time, when no such
-- transaction can be left.
ALTER TABLE hand_over ADD COLUMN second_look boolean NOT NULL DEFAULT false,
                      ADD COLUMN not_before timestamptz NOT NULL DEFAULT '-infinity';

CREATE OR REPLACE FUNCTION tenants_moved(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT m.tenant_id FROM moved m WHERE m.look_at <= the_time
    UNION
    SELECT d.tenant_id FROM delegation d WHERE d.turn_at <= the_time
    UNION
    SELECT h.tenant_id FROM hand_over h WHERE h.not_before <= the_time
$$;
