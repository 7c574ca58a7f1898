-- Messages by several channels: deliveries that gather notices, attempts with their answers, what
-- people and tenants want, and the channels' circuit breakers.

-- What a notice is folded by in the inbox ('' = stands alone), and the task that it calls to.
ALTER TABLE notice ADD COLUMN fold text NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN task_id bigint NOT NULL DEFAULT 0; -- 0: none
ALTER TABLE notice ADD COLUMN moot boolean NOT NULL DEFAULT false; -- its person cannot act any more
CREATE INDEX notice_task ON notice (tenant_id, task_id) WHERE task_id <> 0 AND NOT moot;

-- A delivery tells one person of one or more notices by one channel. Ids of deliveries and notices
-- come from one sequence, so that the rows of the release before (id = the notice's, notices
-- empty) never meet those of this one.
ALTER TABLE delivery ALTER COLUMN id SET DEFAULT nextval('notice_id_seq');
ALTER TABLE delivery ADD COLUMN channel smallint NOT NULL DEFAULT 2; -- notify.v1.Channel; 2 = mail
ALTER TABLE delivery ADD COLUMN notices bigint[] NOT NULL DEFAULT '{}'; -- the first 50
ALTER TABLE delivery ADD COLUMN count integer NOT NULL DEFAULT 1;       -- all of them
ALTER TABLE delivery ADD COLUMN receipt text NOT NULL DEFAULT '';       -- the provider's
-- The earliest deadline of what it tells: quiet hours do not wait past it.
ALTER TABLE delivery ADD COLUMN deadline timestamptz NOT NULL DEFAULT 'infinity';
ALTER TABLE delivery ADD COLUMN sent_at timestamptz;
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check
    CHECK (state IN ('gathering', 'queued', 'sending', 'sent', 'failed', 'dropped'));
-- One delivery of a person and channel gathers at a time: this is what makes one message of many.
CREATE UNIQUE INDEX delivery_gathering ON delivery (tenant_id, person_id, channel)
    WHERE state = 'gathering';
-- Each delivery is written three times: no index that is not worth it. By age it is found by id.
DROP INDEX delivery_due;
DROP INDEX delivery_by_age;
DROP INDEX delivery_by_state;
CREATE INDEX delivery_failed ON delivery (tenant_id, id DESC) WHERE state = 'failed';
CREATE INDEX delivery_live ON delivery (channel, tenant_id, due_at)
    WHERE state IN ('gathering', 'queued', 'sending');
CREATE INDEX delivery_sent_lately ON delivery (tenant_id, person_id, channel, sent_at)
    WHERE sent_at IS NOT NULL;

CREATE TABLE attempt (
    tenant_id   bigint NOT NULL,
    delivery_id bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    number      integer NOT NULL,  -- from 1; a redrive begins anew
    at          timestamptz NOT NULL,
    duration_us bigint NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('accepted', 'later', 'refused', 'fault', 'throttled')),
    provider    text NOT NULL,
    answer      text NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id, id)
);

-- How people want to be told. A person without a row has what the tenant has.
ALTER TABLE preference ADD COLUMN quiet_off boolean NOT NULL DEFAULT false;
ALTER TABLE preference ADD COLUMN quiet_from integer NOT NULL DEFAULT -1;  -- minutes; -1: tenant's
ALTER TABLE preference ADD COLUMN quiet_until integer NOT NULL DEFAULT -1;
ALTER TABLE preference ADD COLUMN digest_at integer NOT NULL DEFAULT -1;
CREATE TABLE channel_preference (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    channel   smallint NOT NULL,
    enabled   boolean NOT NULL,
    digest    smallint NOT NULL, -- notify.v1.Digest
    PRIMARY KEY (tenant_id, person_id, channel)
);
INSERT INTO channel_preference SELECT tenant_id, person_id, 2, mail, 1 FROM preference;

-- What tenants allow; without a row the defaults of settings.c hold.
CREATE TABLE setting (
    tenant_id          bigint NOT NULL PRIMARY KEY,
    scores             boolean NOT NULL,
    quiet_off          boolean NOT NULL,
    quiet_from         integer NOT NULL, -- minutes of the day
    quiet_until        integer NOT NULL,
    digest_at          integer NOT NULL,
    utc_offset_minutes integer NOT NULL,
    version            bigint NOT NULL,
    author             text NOT NULL,
    changed_at         timestamptz NOT NULL
);
CREATE TABLE channel_setting (
    tenant_id bigint NOT NULL,
    channel   smallint NOT NULL,
    enabled   boolean NOT NULL,
    per_day   integer NOT NULL, -- for one person; 0: without limit
    PRIMARY KEY (tenant_id, channel)
);

-- One row a channel for all replicas; it belongs to no tenant (0).
CREATE TABLE breaker (
    tenant_id  bigint NOT NULL DEFAULT 0 CHECK (tenant_id = 0),
    channel    smallint NOT NULL,
    state      text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    faults     integer NOT NULL,      -- in a row
    openings   integer NOT NULL,      -- in a row, without an acceptance between
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,  -- open: tried again then; half_open: the trial's lease
    last_fault text NOT NULL,
    PRIMARY KEY (tenant_id, channel)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['attempt', 'channel_preference', 'setting', 'channel_setting',
                             'breaker'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_only ON %I USING '
                       '(tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
END $$;

-- The ids alone of tenants with something due for a channel, longest waiting first. Steps from one
-- tenant to the next by the index, so that a backlog of one does not lengthen the look.
CREATE FUNCTION tenants_due(the_channel smallint, the_time timestamptz)
RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH RECURSIVE live AS (
        SELECT min(d.tenant_id) AS tenant FROM delivery d
        WHERE d.channel = the_channel AND d.state IN ('gathering', 'queued', 'sending')
        UNION ALL
        SELECT (SELECT min(d.tenant_id) FROM delivery d
                WHERE d.channel = the_channel AND d.state IN ('gathering', 'queued', 'sending')
                  AND d.tenant_id > live.tenant)
        FROM live WHERE live.tenant IS NOT NULL
    ), first AS (
        SELECT live.tenant, (SELECT min(d.due_at) FROM delivery d
                             WHERE d.channel = the_channel AND d.tenant_id = live.tenant
                               AND d.state IN ('gathering', 'queued', 'sending')) AS due
        FROM live WHERE live.tenant IS NOT NULL
    )
    SELECT tenant FROM first WHERE due <= the_time ORDER BY due
$$;
