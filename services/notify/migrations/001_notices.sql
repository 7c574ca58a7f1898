-- Notices to people and their delivery by mail. The unique key (tenant, person, cause) is what
-- makes a message once however often its cause is heard.

CREATE TABLE notice (
    tenant_id bigint NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    person_id bigint NOT NULL,
    cause     text NOT NULL,   -- "adjustment/17", "plan/4/9", "run/12"
    template  text NOT NULL,
    params    jsonb NOT NULL,  -- what the template's placeholders stand for
    at        timestamptz NOT NULL,
    read_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, person_id, cause)
);
CREATE INDEX notice_inbox ON notice (tenant_id, person_id, id DESC);
CREATE INDEX notice_unread ON notice (tenant_id, person_id) WHERE read_at IS NULL;
CREATE INDEX notice_by_age ON notice (tenant_id, at);

CREATE TABLE delivery (
    tenant_id   bigint NOT NULL,
    id          bigint NOT NULL, -- the notice's
    person_id   bigint NOT NULL,
    template    text NOT NULL,
    state       text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL, -- queued: not before; sending: the lease ends
    holder      text NOT NULL DEFAULT '', -- sending: whose lease it is
    last_answer text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX delivery_by_state ON delivery (tenant_id, state, id DESC);
CREATE INDEX delivery_by_age ON delivery (tenant_id, at);

CREATE TABLE preference (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    mail      boolean NOT NULL,
    language  text NOT NULL CHECK (language IN ('', 'zh-CN', 'en')), -- '': as org says
    PRIMARY KEY (tenant_id, person_id)
);

-- What messages name: indicators from goals, and who leads a unit by org's grants.
CREATE TABLE indicator (
    tenant_id bigint NOT NULL,
    id        bigint NOT NULL,
    name      text NOT NULL,
    name_en   text NOT NULL,
    decimals  integer NOT NULL,
    version   bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE lead (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    unit_id   bigint NOT NULL,
    PRIMARY KEY (tenant_id, person_id, unit_id)
);
CREATE INDEX lead_by_unit ON lead (tenant_id, unit_id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notice', 'delivery', 'preference', 'indicator', 'lead'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_only ON %I USING '
                       '(tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
END $$;

-- The ids alone of tenants with mail to be sent, oldest first; and of all tenants with notices.
CREATE FUNCTION tenants_due(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id
    FROM (SELECT x.tenant_id, x.due_at FROM delivery x
          WHERE x.state IN ('queued', 'sending') AND x.due_at <= the_time
          ORDER BY x.due_at LIMIT 1000) d
    GROUP BY d.tenant_id ORDER BY min(d.due_at)
$$;
CREATE FUNCTION tenants_with_old(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT DISTINCT p.tenant_id FROM org_person p
    WHERE EXISTS (SELECT 1 FROM notice n WHERE n.tenant_id = p.tenant_id AND n.at < the_time)
       OR EXISTS (SELECT 1 FROM delivery d WHERE d.tenant_id = p.tenant_id AND d.at < the_time)
$$;
