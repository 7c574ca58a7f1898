-- Objectives with key results and check-ins, and values that somebody enters.
ALTER TABLE measure
    ADD COLUMN enterer_ids bigint[] NOT NULL DEFAULT '{}', -- HAND: people
    ADD COLUMN heads_enter boolean  NOT NULL DEFAULT false;

-- The tenant's zones and how often to check in; without a row what the program says.
CREATE TABLE okr_settings (
    tenant_id     bigint        NOT NULL,
    version       bigint        NOT NULL,
    commit_score  numeric(3, 2) NOT NULL,
    target_score  numeric(3, 2) NOT NULL,
    check_in_days smallint      NOT NULL,
    author        text          NOT NULL,
    changed_at    timestamptz   NOT NULL,
    PRIMARY KEY (tenant_id, version)
);

CREATE SEQUENCE objective_ids;
CREATE SEQUENCE key_result_ids;
CREATE SEQUENCE check_in_ids;

CREATE TABLE objective (
    tenant_id    bigint   NOT NULL,
    objective_id bigint   NOT NULL,
    owner_kind   smallint NOT NULL, -- dacheng.goals.v1.OwnerKind
    owner_id     bigint   NOT NULL,
    period       text     NOT NULL,
    state        smallint NOT NULL, -- dacheng.goals.v1.ObjectiveState
    version      bigint   NOT NULL, -- the newest
    PRIMARY KEY (tenant_id, objective_id)
);
CREATE INDEX objective_owner ON objective (tenant_id, owner_kind, owner_id, period);
CREATE INDEX objective_period ON objective (tenant_id, period);

-- Every version whole: what was agreed on when. How it stands is in check_in.
CREATE TABLE objective_version (
    tenant_id        bigint      NOT NULL,
    objective_id     bigint      NOT NULL,
    version          bigint      NOT NULL,
    state            smallint    NOT NULL,
    body             bytea       NOT NULL, -- dacheng.goals.v1.Objective
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    reason           text        NOT NULL,
    changed_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, objective_id, version),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id)
);

-- What the newest version is aligned to.
CREATE TABLE objective_link (
    tenant_id    bigint  NOT NULL,
    objective_id bigint  NOT NULL,
    to_id        bigint  NOT NULL,
    up           boolean NOT NULL, -- false: across
    PRIMARY KEY (tenant_id, objective_id, to_id),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id),
    FOREIGN KEY (tenant_id, to_id) REFERENCES objective (tenant_id, objective_id)
);
CREATE INDEX objective_link_to ON objective_link (tenant_id, to_id);

-- Only added to. A correction is a further one.
CREATE TABLE check_in (
    tenant_id        bigint         NOT NULL,
    objective_id     bigint         NOT NULL,
    key_result_id    bigint         NOT NULL,
    check_in_id      bigint         NOT NULL,
    value            numeric(18, 6) NOT NULL,
    score            numeric(7, 6)  NOT NULL, -- as it was then, rounded, for showing
    health           smallint       NOT NULL, -- dacheng.goals.v1.Health
    confidence       numeric(3, 2),           -- NULL = not said
    note             text           NOT NULL,
    author           text           NOT NULL,
    author_person_id bigint         NOT NULL,
    at               timestamptz    NOT NULL,
    PRIMARY KEY (tenant_id, objective_id, key_result_id, check_in_id),
    FOREIGN KEY (tenant_id, objective_id) REFERENCES objective (tenant_id, objective_id)
);

-- Locked while an owner's objectives of a period change; counts what was told of them.
CREATE TABLE okr_result (
    tenant_id  bigint   NOT NULL,
    owner_kind smallint NOT NULL,
    owner_id   bigint   NOT NULL,
    period     text     NOT NULL,
    version    bigint   NOT NULL,
    PRIMARY KEY (tenant_id, owner_kind, owner_id, period)
);

-- Only added to; the newest version is the value.
CREATE TABLE hand_value (
    tenant_id        bigint         NOT NULL,
    measure_id       bigint         NOT NULL,
    period           text           NOT NULL,
    owner_kind       smallint       NOT NULL,
    owner_id         bigint         NOT NULL,
    version          bigint         NOT NULL,
    value            numeric(24, 6),          -- NULL = taken back
    note             text           NOT NULL,
    author           text           NOT NULL,
    author_person_id bigint         NOT NULL,
    at               timestamptz    NOT NULL,
    PRIMARY KEY (tenant_id, measure_id, period, owner_kind, owner_id, version),
    FOREIGN KEY (tenant_id, measure_id) REFERENCES measure (tenant_id, measure_id)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['okr_settings', 'objective', 'objective_version', 'objective_link',
                             'check_in', 'okr_result', 'hand_value'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
                       '(tenant_id = current_setting(''dacheng.tenant'')::bigint)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['objective_version', 'check_in', 'hand_value'] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM %I', t, current_setting('dacheng.role'));
    END LOOP;
END $$;
