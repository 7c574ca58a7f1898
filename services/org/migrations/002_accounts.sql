-- Accounts, sessions, and the counting of failed log-ins.

CREATE TABLE account (
    tenant_id      bigint NOT NULL,
    account        text NOT NULL CHECK (length(account) BETWEEN 1 AND 64),
    person_id      bigint NOT NULL,
    password_hash  text NOT NULL,   -- Argon2id with its parameters, as libsodium writes it
    must_change    boolean NOT NULL, -- a one-time password
    one_time_until timestamptz NOT NULL, -- a one-time password is good until then; or infinity
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account),
    UNIQUE (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON account USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- By the name that was tried, whether or not there is such an account, so that a lock-out tells
-- nothing. An attempt counts as a failure from its beginning until it has succeeded.
CREATE TABLE login_attempt (
    tenant_id    bigint NOT NULL, -- 0: an unknown tenant
    account      text NOT NULL,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (tenant_id, account)
);
CREATE INDEX login_attempt_by_age ON login_attempt (last_at);
ALTER TABLE login_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON login_attempt
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);

CREATE TABLE session (
    tenant_id  bigint NOT NULL,
    id         text NOT NULL,      -- public
    token_hash bytea NOT NULL,     -- SHA-256 of the token; the token itself is nowhere
    account    text NOT NULL,
    person_id  bigint NOT NULL,
    bearer     boolean NOT NULL,   -- a program's token: does not slide
    name       text NOT NULL,      -- of a bearer token
    address    text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL, -- slides with use
    absolute   timestamptz NOT NULL, -- but never beyond
    ended_at   timestamptz,
    reason     text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
-- Looked up before the tenant is known; 256 random bits need no unique constraint.
CREATE INDEX session_by_token ON session USING hash (token_hash);
CREATE INDEX session_open ON session (tenant_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX session_by_expiry ON session (tenant_id, expires_at) WHERE ended_at IS NULL;
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON session USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- Whose token this is: all that a request's context needs, in one look. Knowing the hash is the
-- authority, so this looks across tenants. No row: unknown, ended, expired, or no longer employed.
CREATE FUNCTION resolve_session(the_hash bytea, at timestamptz)
RETURNS TABLE (tenant_id bigint, session_id text, person_id bigint, account text, language text,
               expires_at timestamptz, must_change boolean, seen_at timestamptz, bearer boolean,
               roles bigint[], scopes bigint[], units bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT s.tenant_id, s.id, s.person_id, s.account, p.language, s.expires_at,
           a.must_change AND NOT s.bearer, s.seen_at, s.bearer, g.roles, g.scopes, g.units
    FROM session s
    JOIN tenant t ON t.id = s.tenant_id
    JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
    JOIN account a ON a.tenant_id = s.tenant_id AND a.account = s.account
    CROSS JOIN LATERAL (
        SELECT array_agg(pg.role::bigint ORDER BY pg.role, pg.scope, pg.unit_id) AS roles,
               array_agg(pg.scope::bigint ORDER BY pg.role, pg.scope, pg.unit_id) AS scopes,
               array_agg(pg.unit_id ORDER BY pg.role, pg.scope, pg.unit_id) AS units
        FROM person_grant pg
        WHERE pg.tenant_id = s.tenant_id AND pg.person_id = s.person_id) g
    WHERE s.token_hash = the_hash AND s.ended_at IS NULL AND s.expires_at > at
      AND (p.employed_to > (at AT TIME ZONE t.time_zone)::date)
$$;
