-- Who is sent events, and what waits to be sent.

CREATE TABLE webhook (
    tenant_id   bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    url         text NOT NULL,
    patterns    text[] NOT NULL,
    unit_id     bigint NOT NULL,      -- 0: the whole group
    unit_kinds  bigint[] NOT NULL,    -- empty: all
    mode        smallint NOT NULL,
    state       smallint NOT NULL,    -- dacheng.webhooks.v1.WebhookState
    reason      text NOT NULL DEFAULT '',
    version     bigint NOT NULL DEFAULT 1,
    owner_id    bigint NOT NULL,      -- person; his right is its right
    owner       text NOT NULL,
    secret      bytea NOT NULL,       -- 32 bytes; signatures are made with it, so it is kept as it is
    old_secret  bytea,                -- signs too until old_until
    old_until   timestamptz NOT NULL DEFAULT '-infinity',
    -- the circuit breaker (common/base/breaker.h), shared by the replicas
    breaker     text NOT NULL DEFAULT 'closed',
    faults      bigint NOT NULL DEFAULT 0,
    openings    bigint NOT NULL DEFAULT 0,
    since       timestamptz NOT NULL DEFAULT '-infinity',
    until       timestamptz NOT NULL DEFAULT '-infinity',
    delivered   bigint NOT NULL DEFAULT 0,
    last_answer text NOT NULL DEFAULT '',
    last_at     timestamptz,
    PRIMARY KEY (tenant_id, id)
);

-- One event for one webhook, until it is delivered. Of each key only the oldest is sent.
CREATE TABLE delivery (
    tenant_id  bigint NOT NULL,
    webhook_id bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    stream     text NOT NULL,
    type       text NOT NULL,
    key        text NOT NULL,
    epoch      bigint NOT NULL,
    partition  smallint NOT NULL,
    number     bigint NOT NULL,
    overall    bigint NOT NULL,
    at         timestamptz NOT NULL,
    body       bytea NOT NULL,        -- the message, without what its receiver may not see
    parked     boolean NOT NULL DEFAULT false,
    attempts   integer NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL,
    holder     text NOT NULL DEFAULT '', -- who sends it; his lease ends at due_at
    answer     text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, webhook_id, id),
    FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook ON DELETE CASCADE
);
CREATE INDEX delivery_of_key ON delivery (tenant_id, webhook_id, stream, key, id);
CREATE INDEX delivery_due ON delivery (due_at) WHERE NOT parked;

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook USING (tenant_id = current_setting('dacheng.tenant')::bigint);
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON delivery USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- The tenants that have something to be sent: the task goes through them one by one.
CREATE FUNCTION tenants_due(the_time timestamptz) RETURNS TABLE (tenant_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id
    FROM (SELECT x.tenant_id, x.due_at FROM delivery x
          WHERE NOT x.parked AND x.due_at <= the_time
          ORDER BY x.due_at LIMIT 1000) d
    GROUP BY d.tenant_id ORDER BY min(d.due_at)
$$;
