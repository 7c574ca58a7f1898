-- The organisation: tenants, units with their states by date, people with their posts, grants.
-- Every table of a tenant is under row-level security by the setting dacheng.tenant; the service's
-- role does not own the tables, so the policies hold for it. Functions that must look across
-- tenants (before a caller is known) are SECURITY DEFINER, and answer one tenant's rows only.

CREATE SEQUENCE tenant_id_seq;
CREATE SEQUENCE unit_id_seq;
CREATE SEQUENCE person_id_seq;

CREATE TABLE tenant (
    id           bigint PRIMARY KEY,
    code         text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9-]{2,40}$'),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    time_zone    text NOT NULL,
    root_unit_id bigint NOT NULL,
    told_day     date NOT NULL, -- unit states that begin on or before this day have been told
    created_at   timestamptz NOT NULL
);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tenant USING (id = current_setting('dacheng.tenant')::bigint);

-- A unit's existence is one stretch of days; what it is like on a day is the newest state that
-- began by then.
CREATE TABLE unit (
    tenant_id bigint NOT NULL REFERENCES tenant (id),
    id        bigint NOT NULL,
    code      text NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    starts    date NOT NULL,
    ends      date NOT NULL CHECK (ends > starts), -- exclusive; infinity = open
    version   bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code) DEFERRABLE INITIALLY IMMEDIATE
);
ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON unit USING (tenant_id = current_setting('dacheng.tenant')::bigint);

CREATE TABLE unit_state (
    tenant_id  bigint NOT NULL,
    unit_id    bigint NOT NULL,
    valid_from date NOT NULL,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind       smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
    parent_id  bigint NOT NULL, -- 0: the root
    PRIMARY KEY (tenant_id, unit_id, valid_from),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
CREATE INDEX unit_state_by_day ON unit_state (tenant_id, valid_from);
ALTER TABLE unit_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON unit_state
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);

CREATE TABLE person (
    tenant_id     bigint NOT NULL REFERENCES tenant (id),
    id            bigint NOT NULL,
    code          text NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    email         text NOT NULL,
    mobile        text NOT NULL,
    manager_id    bigint NOT NULL, -- 0 = none
    employed_from date NOT NULL,
    employed_to   date NOT NULL CHECK (employed_to > employed_from), -- exclusive; or infinity
    language      text NOT NULL,
    version       bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX person_by_manager ON person (tenant_id, manager_id);
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON person USING (tenant_id = current_setting('dacheng.tenant')::bigint);

CREATE TABLE post (
    tenant_id  bigint NOT NULL,
    person_id  bigint NOT NULL,
    seq        smallint NOT NULL, -- order within the person
    unit_id    bigint NOT NULL,
    position   text NOT NULL,
    share      numeric(7, 6) NOT NULL CHECK (share > 0 AND share <= 1),
    main       boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to   date NOT NULL CHECK (valid_to > valid_from), -- exclusive; or infinity
    PRIMARY KEY (tenant_id, person_id, seq),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
CREATE INDEX post_by_unit ON post (tenant_id, unit_id, valid_from);
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON post USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- Role and scope by the numbers of dacheng.kernel.v1.Role and Scope.
CREATE TABLE person_grant (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    role      smallint NOT NULL,
    scope     smallint NOT NULL,
    unit_id   bigint NOT NULL, -- 0 for SELF and GROUP
    PRIMARY KEY (tenant_id, person_id, role, scope, unit_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX person_grant_by_unit ON person_grant (tenant_id, unit_id);
ALTER TABLE person_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON person_grant
    USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- The units that exist on a day, as they are on it. Under the caller's row-level security.
CREATE FUNCTION units_on(the_tenant bigint, day date)
RETURNS TABLE (unit_id bigint, code text, name text, kind smallint, parent_id bigint,
               valid_from date, ends date, version bigint)
LANGUAGE sql STABLE AS $$
    SELECT u.id, u.code, s.name, s.kind, s.parent_id, s.valid_from, u.ends, u.version
    FROM unit u
    JOIN LATERAL (
        SELECT us.* FROM unit_state us
        WHERE us.tenant_id = u.tenant_id AND us.unit_id = u.id AND us.valid_from <= day
        ORDER BY us.valid_from DESC LIMIT 1) s ON true
    WHERE u.tenant_id = the_tenant AND u.ends > day
$$;

-- The tenant of a code; of '' when there is only one. Needed before the tenant is known.
CREATE FUNCTION find_tenant(the_code text)
RETURNS TABLE (id bigint, name text, time_zone text, root_unit_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id, t.name, t.time_zone, t.root_unit_id
    FROM tenant t
    WHERE t.code = the_code
       OR (the_code = '' AND (SELECT count(*) FROM (SELECT 1 FROM tenant LIMIT 2) two) = 1)
$$;

-- The ids alone of all tenants, for the tasks that work through them one by one.
CREATE FUNCTION list_tenants() RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id FROM tenant t ORDER BY t.id
$$;
