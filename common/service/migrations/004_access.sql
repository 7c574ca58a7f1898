-- The organisation as this service knows it, from org's events: what scopes are checked against.

CREATE TABLE org_unit (
    tenant_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    parent_id bigint,          -- NULL: the root
    kind smallint NOT NULL,    -- dacheng.org.v1.UnitKind
    code text NOT NULL,
    name text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,    -- exclusive; infinity = open
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, unit_id)
);
CREATE INDEX org_unit_parent ON org_unit (tenant_id, parent_id);

-- Every unit with each of its ancestors and itself (depth 0).
CREATE TABLE org_unit_tree (
    tenant_id bigint NOT NULL,
    ancestor_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    depth integer NOT NULL,
    PRIMARY KEY (tenant_id, ancestor_id, unit_id)
);
CREATE INDEX org_unit_tree_unit ON org_unit_tree (tenant_id, unit_id, depth);

CREATE TABLE org_person (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    mobile text NOT NULL,
    language text NOT NULL,
    manager_id bigint,         -- NULL: none
    employed_from date NOT NULL,
    employed_to date NOT NULL, -- exclusive; infinity = still
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
CREATE INDEX org_person_manager ON org_person (tenant_id, manager_id);
CREATE INDEX org_person_code ON org_person (tenant_id, code);

CREATE TABLE org_post (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    ordinal integer NOT NULL,  -- as org listed them
    unit_id bigint NOT NULL,
    position text NOT NULL,
    share numeric(9, 6) NOT NULL,
    main boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,    -- exclusive; infinity = open
    PRIMARY KEY (tenant_id, person_id, ordinal)
);
CREATE INDEX org_post_unit ON org_post (tenant_id, unit_id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['org_unit', 'org_unit_tree', 'org_person', 'org_post'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
END $$;
